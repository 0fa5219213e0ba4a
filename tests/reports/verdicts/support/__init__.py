"""Applications to read."""
