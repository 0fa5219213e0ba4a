"""SEC-06: databases and dashboards stand in private subnets behind the VPN."""
