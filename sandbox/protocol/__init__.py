"""Pulumi's plugin protocol, shared by every provider of the sandbox."""
