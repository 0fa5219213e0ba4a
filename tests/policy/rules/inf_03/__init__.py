"""INF-03: ApplicationSets keep versions in sync."""
