"""The private network for real: headscale, Tailscale nodes and PostgreSQL in network namespaces."""
