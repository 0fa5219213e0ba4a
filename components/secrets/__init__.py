"""Secrets that rotate, and the watch over them."""
