"""The function that makes Argo CD's token."""
