"""``python -m reports.catalog [--check]``: ``catalog-info.yaml`` and CODEOWNERS' lines, written from the catalog."""

import sys
from pathlib import Path

from lib.problems import FileError
from lib.yaml_file import ROOT
from models.access.loader import load_access
from models.catalog.loader import load_catalog
from reports.catalog import backstage, code_owners


def write(root: Path = ROOT, *, check: bool = False) -> list[str]:
    """Write both files of the clone at ``root``; with ``check`` write nothing. The names of those that were stale.

    Raises ``FileError`` where catalog or access model are wrong, ``ValueError`` where CODEOWNERS has no markers.
    """
    catalog, access = load_catalog(root), load_access(root / "catalog" / "access.yaml")
    info, owners = root / "catalog-info.yaml", root / "CODEOWNERS"
    current = {path: path.read_text(encoding="utf-8") if path.is_file() else "" for path in (info, owners)}
    fresh = {info: backstage.text(catalog, access), owners: code_owners.place(current[owners], catalog)}
    stale = [path for path in fresh if fresh[path] != current[path]]
    for path in [] if check else stale:
        path.write_text(fresh[path], encoding="utf-8")
    return [path.name for path in stale]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """0, or 1 where the catalog is wrong or, with ``--check``, where a file is stale."""
    check = "--check" in arguments
    try:
        stale = write(root, check=check)
    except (FileError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name in stale if check else ():
        sys.stderr.write(f"{name}: is not what the catalog says; run {code_owners.COMMAND}\n")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
