"""Names of GitHub repositories as settings hold them."""

import re
from typing import Final

PLATFORM: Final = "https://github.com/nationgraph/platform"
"""Where this repository is read."""
CHARTS: Final = "nationgraph/nationgraph-services"
"""The repository of charts and versions, on GitHub."""
SERVICES: Final = f"https://github.com/{CHARTS}.git"
"""What Argo CD deploys, and nothing else."""
IMAGES: Final = "555566667777.dkr.ecr.eu-central-1.amazonaws.com"
"""The registry of every environment's images: a promotion moves a digest from one to the next, and no image."""
MIGRATIONS: Final = "nationgraph-migrations"
"""The repository of the migrations, and of the image that is built from it."""


def without_ids(repository: str) -> str:
    """``owner/name`` of ``owner/name`` or ``owner@id/name@id``: trust needs the immutable ids, links do not know them.

    Source: https://docs.github.com/en/actions/reference/security/oidc
    """
    return re.sub(r"@[0-9]+(?=/|$)", "", repository)
