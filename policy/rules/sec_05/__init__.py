"""SEC-05: internal tools stand behind the VPN."""
