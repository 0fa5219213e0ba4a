"""A model of Tailscale's control plane: what the service would refuse, and what its policy would let through."""
