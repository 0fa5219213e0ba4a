"""Who may reach what: one model, compiled to the VPN's policy, the firewall and the roles in the databases."""
