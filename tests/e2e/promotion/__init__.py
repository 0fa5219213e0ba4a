"""Promotion against a real API server and a real Prometheus."""
