"""INF-05: probes across core services."""
