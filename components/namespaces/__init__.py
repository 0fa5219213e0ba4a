"""The namespaces of the cluster in which services run, one a team."""
