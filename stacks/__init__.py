"""Layers, settings and what differs between environments."""
