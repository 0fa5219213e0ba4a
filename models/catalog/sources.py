"""What was read of the catalog's folders, before it is compared."""

from dataclasses import dataclass
from pathlib import Path

from models.dependencies.model import Dependency
from models.folder import Folder
from models.services.model import Service
from models.teams.model import Team


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The folders of one clone, whose root is ``root``."""

    root: Path
    services: Folder[Service]
    teams: Folder[Team]
    dependencies: Folder[Dependency]
