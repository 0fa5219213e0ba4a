"""GitHub's client and what writes with it."""
