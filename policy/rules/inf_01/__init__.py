"""INF-01: charts live in one repository."""
