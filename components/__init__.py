"""Capabilities as Pulumi component resources."""
