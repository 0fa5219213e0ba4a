"""The VPN component, its routers and what they run."""
