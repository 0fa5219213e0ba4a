"""INF-06: probes are used."""
