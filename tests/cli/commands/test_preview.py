"""``make preview``: the report, and when it fails."""

from typing import Any

import pytest

from cli.commands import preview
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, violation


@pytest.mark.parametrize(
    ("entries", "code", "expected"),
    [([], 0, 0), ([violation("advisory")], 0, 0), ([violation()], 0, 1), ([violation()], 255, 255), ([], 255, 255)],
)
def test_preview(engine: FakeEngine, account: Account, entries: list[Any], code: int, expected: int) -> None:
    """A blocking finding fails the preview even where the engine does not; the Markdown is written either way."""
    engine.does("preview", events(done("network-vpc", "create"), *entries, preview=True), code=code)
    target = engine.target()
    assert preview.preview(target) == expected
    text = (target.folder.parent / "preview.md").read_text()
    assert text.startswith("## Preview of `dev`: " + ("blocked" if violation() in entries else "ready"))
    assert "`network-vpc (ec2 Vpc)`" in text
    assert "--policy-pack" in next(call for call in engine.calls if call[0] == "preview")
