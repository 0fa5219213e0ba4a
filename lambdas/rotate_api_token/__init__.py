"""Rotation of a token whose issuer has an API; see README.md."""
