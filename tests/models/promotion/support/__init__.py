"""Pipelines and verdicts to try."""
