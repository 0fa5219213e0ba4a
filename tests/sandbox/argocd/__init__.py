"""The sandbox's Argo CD."""
