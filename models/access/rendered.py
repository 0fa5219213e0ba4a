"""``python -m models.access.rendered [--check]``: the roles' SQL of each environment, for the migrations' image.

``migrations/<instance>/roles/<environment>.sql`` holds the bytes that ``models.access.database_roles.sql`` gives, and
that the tests ran on a real server: the Job that changes a schema applies them.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lib.problems import FileError
from models.access.database_roles import sql
from models.access.loader import load_access
from models.access.model import ENVIRONMENTS, Access

ROOT = Path(__file__).parents[2]


def rendered(access: Access, root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Each file with its text: for every deployed database that has migrations, and every environment."""
    for name, resource in sorted(access.resources.items()):
        folder = root / "migrations" / str(resource.instance)
        if resource.instance is not None and folder.is_dir():
            for environment in ENVIRONMENTS:
                yield folder / "roles" / f"{environment}.sql", sql(access.for_environment(environment), name)


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the files, or with ``--check`` say which is out of date; 1 where one is, or the model cannot be used."""
    try:
        files = list(rendered(load_access(), root))
    except FileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stale = False
    for path, text in files:
        fresh = path.is_file() and path.read_bytes() == text.encode()
        if not fresh and "--check" in arguments:
            sys.stderr.write(f"{path.relative_to(root)} is out of date; run python -m models.access.rendered\n")
            stale = True
        elif not fresh:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
    return int(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
