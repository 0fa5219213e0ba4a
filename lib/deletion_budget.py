"""The deletion budget of an environment: how many services one change may take out of it, or move elsewhere."""

from typing import Final

MOST: Final = 1000
"""The largest budget that settings and cluster take; who needs more makes two changes."""
