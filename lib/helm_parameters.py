"""The parameters of the golden chart that come from a line of ``charts/versions`` and not from generated values."""

from typing import Final

IMAGE: Final = "image.digest"
MIGRATIONS: Final = "migration.image.digest"
