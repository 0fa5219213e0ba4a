"""Argo CD for real."""
