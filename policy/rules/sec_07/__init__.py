"""SEC-07: IAM policies and firewall rules are applied."""
