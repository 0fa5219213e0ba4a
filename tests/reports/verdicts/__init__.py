"""Verdicts are what Argo CD and Prometheus say, and nothing that they do not say."""
