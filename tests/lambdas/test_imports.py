"""Functions stand alone: each imports its own modules and the kit, and nothing else of the project."""

import ast
import sys
from pathlib import Path

import pytest

from layers import lambdas

BROUGHT = {"boto3", "botocore"}
"""What Lambda's runtime brings."""
PACKED = {"rotate_postgres": {"pg8000", "scramp"}}
FOLDERS = sorted(path.parent.name for path in lambdas.FOLDER.glob("*/__init__.py"))


def imports(path: Path) -> set[str]:
    """The modules that a file imports, absolutely."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; a name is found by searching for it"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_imports_itself_the_kit_and_what_it_brings(folder: str) -> None:
    """So that its zip is whole. The kit imports no function."""
    own = ("lambdas." + folder, f"lambdas.{lambdas.KIT}")
    for path in (lambdas.FOLDER / folder).rglob("*.py"):
        foreign = {name for name in imports(path) if not (name + ".").startswith(tuple(f"{one}." for one in own))}
        tops = {name.partition(".")[0] for name in foreign}
        assert tops <= {*sys.stdlib_module_names, *BROUGHT, *PACKED.get(folder, ())}, path
