"""What is deployed keeps its names: a resource under another type, parent or name is deleted and made anew."""

import os
from pathlib import Path

import pytest

from tests.conftest import Deploy
from tests.layers.support.stacks import deployed_stack

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

FOLDER = Path(__file__).parent / "resources"


@pytest.mark.parametrize("stack", ["dev", "production"])
def test_names_stay(deploy: Deploy, stack: str) -> None:
    """Types with their parents and names, and the exports, are those of ``resources/<stack>.txt``.

    A line that is gone is a resource that the next update deletes, a database among them: keep the name, or give the
    resource an alias; or an export that people and other stacks read. What is new is entered there by a run with
    ``ENTER_NAMES=1``.
    """
    program = deployed_stack(deploy, stack)
    made = {resource.urn.split("::", 2)[2] for resource in program.resources}
    made |= {f"export::{name}" for name in program.result}
    path = FOLDER / f"{stack}.txt"
    known = set(path.read_text(encoding="utf-8").split())
    assert sorted(known - made) == [], "deleted by the next update, or read by nobody any more"
    if os.environ.get("ENTER_NAMES"):
        path.write_text("".join(f"{name}\n" for name in sorted(made)), encoding="utf-8")
    else:
        assert sorted(made - known) == [], (
            f"enter these: ENTER_NAMES=1 python -m pytest tests/layers/{Path(__file__).name}"
        )
