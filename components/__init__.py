"""Capabilities as Pulumi component resources."""

from components import leaf_imports

leaf_imports.install()
