"""``python -m models.access STACK DATABASE``: the SQL of a database's roles, to run after its migrations."""

import argparse
import sys
from collections.abc import Sequence

from lib.problems import FileError
from models.access.database_roles import sql
from models.access.loader import load_access
from models.access.model import ENVIRONMENTS


def main(arguments: Sequence[str]) -> int:
    """Print the statement: 1 with every reason where the model cannot be used, 2 where the arguments are wrong."""
    try:
        access = load_access()
    except FileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    databases = sorted(name for name, resource in access.resources.items() if resource.kind == "database")
    parser = argparse.ArgumentParser(prog="python -m models.access", description=__doc__)
    parser.add_argument("stack", choices=ENVIRONMENTS)
    parser.add_argument("database", choices=databases)
    parser.add_argument("--schema", default="public", help="the schema whose objects the roles are for")
    chosen = parser.parse_args(arguments)
    sys.stdout.write(sql(access.for_environment(chosen.stack), chosen.database, schema=chosen.schema))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
