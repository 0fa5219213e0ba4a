"""Argo CD: its own manifests, the settings that keep it from deleting, projects and ApplicationSets."""
