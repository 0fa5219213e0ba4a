"""The price table."""
