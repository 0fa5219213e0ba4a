"""docs/how-to/add-a-function.md, followed: a folder and a declaration make a function that the pipeline may deploy."""

import io
import re
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatchcase
from importlib.metadata import distribution
from pathlib import Path

import pytest

from components.functions.functions import PrivateFunction
from components.functions.names import FunctionNames
from components.shared.account import FUNCTION_NAMES, FUNCTION_ROLES
from layers import lambdas
from tests.components.functions.test_functions import FUNCTION, HERE, arguments
from tests.conftest import Deploy

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/how-to/add-a-function.md").read_text(encoding="utf-8")
HANDLER = """from lambdas.kit import metrics


def handler(event, context):
    metrics.write({"synced": event["services"]})
"""


def test_the_page_names_files_that_exist() -> None:
    """Every path without a placeholder."""
    named = [path for path in re.findall(r"`((?:lambdas|layers|docs|tests)/[\w./-]*)`", PAGE) if "<" not in path]
    assert len(named) >= 2
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_a_folder_and_a_declaration_make_a_function(
    deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a copy: it is packaged with the kit, its zip runs alone, it deploys, and the pipeline's policies cover it."""
    copy = Path(shutil.copytree(lambdas.FOLDER, tmp_path / "copy" / "lambdas"))
    (copy / "status_sync").mkdir()
    (copy / "status_sync" / "__init__.py").write_text('"""Tells the status page which services there are."""\n')
    (copy / "status_sync" / "handler.py").write_text(HANDLER)
    monkeypatch.setattr(lambdas, "FOLDER", copy)
    monkeypatch.setitem(lambdas.REQUIRES, "status_sync", ())
    package = lambdas.build("status_sync")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert "lambdas/status_sync/handler.py" in archive.namelist()
    (tmp_path / "zip").write_bytes(package)
    module, _, function = lambdas.handler("status_sync").rpartition(".")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path / 'zip')!r}]; sys.path.append({_site()!r}); "
        f"import importlib; importlib.import_module({module!r}).{function}({{'services': 3}}, None)"
    )
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, '{"synced": 3}\n'), ran.stderr
    names = FunctionNames(account=HERE, name="status-sync")
    args = arguments(
        names=names, code=lambdas.code("status_sync"), handler=lambdas.handler("status_sync"), network=None
    )
    made = deploy(lambda: PrivateFunction("status-sync", args)).one(FUNCTION).inputs
    assert (made["name"], made["handler"]) == (names.function, "lambdas.status_sync.handler.handler")
    assert fnmatchcase(made["name"], FUNCTION_NAMES)
    assert fnmatchcase(names.role_arn, HERE.iam(f"role{FUNCTION_ROLES}"))


def _site() -> str:
    return str(distribution("boto3").locate_file(""))
