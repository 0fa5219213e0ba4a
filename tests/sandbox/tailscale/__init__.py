"""The plugin that stands for Tailscale's API."""
