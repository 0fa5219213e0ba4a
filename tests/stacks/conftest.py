"""The real stack files, free to break."""

from tests.support.stack_folder import stacks

__all__ = ["stacks"]
