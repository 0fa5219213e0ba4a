"""What gates the repository of migrations: pins, rights, owners, and files that are made elsewhere."""

import json
import re
import subprocess
from typing import Any

import yaml

from lib.yaml_file import ROOT
from models.access.rendered import main as rendered
from models.catalog.loader import load_catalog

MIGRATIONS = ROOT / "migrations"
PATH = MIGRATIONS / ".github" / "workflows" / "check.yml"
WORKFLOW: dict[Any, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
OWNERS = [
    line.split()
    for line in (MIGRATIONS / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def test_every_action_is_pinned_by_the_commit_that_this_repository_uses() -> None:
    """With its version beside it."""
    own = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    pins = re.findall(r"uses: (.*)", PATH.read_text(encoding="utf-8"))
    assert pins
    for pin in pins:
        assert re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", pin)
        assert pin in own


def test_jobs_read_and_nothing_else() -> None:
    """No secret, and no event that gives a fork's pull request rights."""
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in WORKFLOW["jobs"].items()} == {
        name: {"contents": "read"} for name in ("steps", "history", "image")
    }
    assert not re.search(r"secrets\.|pull_request_target", PATH.read_text(encoding="utf-8"))


def test_the_base_image_is_a_digest() -> None:
    """There is no default, and a tag is refused before the build."""
    dockerfile = (MIGRATIONS / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^(?:ARG|FROM) .*", dockerfile, re.MULTILINE) == ["ARG BASE", "FROM ${BASE}"]
    assert "--require-hashes --only-binary :all:" in dockerfile
    assert re.search(r"^USER 65532:65532$", dockerfile, re.MULTILINE)
    assert "@sha256:[0-9a-f]{64}$" in WORKFLOW["jobs"]["image"]["steps"][-1]["run"]


def test_requirements_are_those_of_the_lock() -> None:
    """Byte for byte: `sh toolchain/uv.sh export --frozen --only-group migrations --no-emit-project --no-header`."""
    command = ["sh", "toolchain/uv.sh", "export", "--frozen", "--quiet", "--only-group", "migrations"]
    done = subprocess.run(
        [*command, "--no-emit-project", "--no-header"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == (MIGRATIONS / "requirements.txt").read_text(encoding="utf-8")
    assert "http" not in done.stdout


def test_the_roles_are_those_of_the_access_model() -> None:
    """Of every environment."""
    assert rendered(["--check"]) == 0


def test_who_writes_into_a_database_reviews_its_steps() -> None:
    """The owners of services with a writer's data store, and the platform."""
    writers = {
        f"@nationgraph/{service.owner}"
        for service in load_catalog(ROOT).services.values()
        for store in service.data_stores
        if (store.database, store.role) == ("core-database", "writer")
    }
    (owners,) = [set(names) for path, *names in OWNERS if path == "/core/versions/"]
    assert owners == writers | {"@nationgraph/platform"}


def test_every_pattern_owns_something() -> None:
    """A path that is gone protects nothing."""
    assert [path for path, *_ in OWNERS if path != "*" and not (MIGRATIONS / path.strip("/")).exists()] == []
    assert all(names for _, *names in OWNERS)


def test_workflow_audit_is_clean() -> None:
    """Zizmor finds nothing at medium or above."""
    command = [ROOT / ".venv" / "bin" / "zizmor", "--offline", "--persona", "auditor", "--format", "json", "--quiet"]
    found = subprocess.run([*command, PATH.parents[1]], capture_output=True, text=True, check=False)
    assert [one["ident"] for one in json.loads(found.stdout)] == []
