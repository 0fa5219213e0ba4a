"""Measures every secret of an account."""
