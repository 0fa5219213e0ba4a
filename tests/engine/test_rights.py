"""SEC-07: what each stack's life in the sandbox calls, each call judged against the roles that it declares."""

import re
import shutil
from pathlib import Path

import pytest

from cli import target as place
from cli.run import operation
from cli.target import ROOT
from reports.rights import log
from stacks.environments import ENVIRONMENTS
from tests.engine.conftest import Platform
from tests.engine.support.changes import CHANGES, UNPROTECTED, apply
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.engine


@deep
@pytest.mark.skipif(not DEEP, reason="test_first_day judges one stack's calls: make prove alone judges each stack's")
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_each_call_in_the_life_of_a_stack_is_allowed(
    account_platform: Platform, stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first deployment over a look, a preview and a change of most types to the last deletion: N of N.

    A reader's calls are those of the look. No protected stack is destroyed by a command: the change takes the
    protection off, and is deployed without the policies, which refuse it.
    """
    platform = account_platform
    monkeypatch.setattr(place, "ROOT", platform.root)
    first = platform.run("up", stack)
    assert first.code == 0, first.text
    assert platform.run("drift", stack).code == 0
    apply(platform.root, CHANGES)
    apply(platform.root, UNPROTECTED)
    preview = platform.run("preview", stack)
    assert preview.runs, preview.text
    target = platform.target(stack)
    code, (changed,) = operation(target, "up", "--yes", "--skip-preview")
    assert code == 0, changed.errors
    assert changed.counts()["update"] > 100, "tags are changed too"
    down = platform.run("down", stack)
    assert down.code == 0, down.text
    assert platform.resources(stack) == []

    path = platform.folder / stack / log.NAME
    assert not path.with_suffix(".old").exists(), "the log is whole"
    phases = {entry.phase for entry in log.read(path)}
    assert phases == {"create", "read", "update", "delete"}
    rights = platform.run("rights", stack)
    print(rights.text)
    assert rights.code == 0, rights.text
    made = re.search(rf"{stack}: ([\d,]+) of ([\d,]+) calls of the log are allowed to the deploy role", rights.text)
    assert made is not None
    assert made[1] == made[2]


def test_the_changes_have_a_place(tmp_path: Path) -> None:
    """In the program as it is, so that a line that is written anew is noticed before ``make prove``."""
    for pattern in (*CHANGES, *UNPROTECTED):
        for path in ROOT.glob(pattern):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    apply(tmp_path, CHANGES)
    apply(tmp_path, UNPROTECTED)
