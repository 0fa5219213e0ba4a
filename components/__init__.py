"""Capabilities as Pulumi component resources."""

from components.shared import leaf_imports

leaf_imports.install()
