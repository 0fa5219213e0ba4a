"""The real engine on the sandbox."""
