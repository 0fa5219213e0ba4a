"""``make preview``: the report, what it is compared with, and when it fails."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.commands import preview
from cli.target import ROOT
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, failed, violation

Captured = pytest.CaptureFixture[str]


def comment(engine: FakeEngine, name: str = "preview.md") -> str:
    """What the command has written for the pull request."""
    return (engine.folder / "stacks" / name).read_text()


@pytest.mark.parametrize(
    ("entries", "code", "expected"),
    [([], 0, 0), ([violation("advisory")], 0, 0), ([violation()], 0, 1), ([violation()], 255, 255), ([], 255, 255)],
)
def test_preview(engine: FakeEngine, account: Account, entries: list[Any], code: int, expected: int) -> None:
    """A blocking finding fails the preview even where the engine does not; the Markdown is written either way."""
    engine.does("preview", events(done("network-vpc", "create"), *entries, preview=True), code=code)
    assert preview.preview(engine.target()) == expected
    verdict = "blocked by 1 finding" if violation() in entries else "ready"
    assert comment(engine).startswith(f"## Preview of `dev`: {verdict}")
    assert "`network-vpc (ec2 Vpc)`" in comment(engine)
    assert "network-vpc" in comment(engine, "preview.html")
    assert "--policy-pack" in next(call for call in engine.calls if call[0] == "preview")
    assert sorted(engine.verbs) == ["preview", "stack export", "version"]


def test_nothing_to_comment_on(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """The file is there and empty; one that is left from an earlier run does not stay."""
    engine.does("preview", events(done("network-vpc", "create"), preview=True))
    preview.preview(engine.target())
    assert comment(engine)
    engine.does("preview", events(done("network-vpc", "same"), preview=True))
    assert preview.preview(engine.target()) == 0
    assert comment(engine) == comment(engine, "preview-whole.md") == ""
    assert "dev: nothing changes" in capsys.readouterr().out


def test_a_preview_that_never_began_leaves_no_report(engine: FakeEngine, account: Account) -> None:
    """Not even that of an earlier run: whoever writes the comment then says that there is none."""
    engine.does("preview", events(done("network-vpc", "create"), preview=True))
    preview.preview(engine.target())
    engine.does("preview", "", code=255)
    assert preview.preview(engine.target()) == 255
    assert not [path for path in (engine.folder / "stacks").iterdir() if path.name.startswith("preview")]


def test_what_the_base_branch_changes_as_well_is_apart(engine: FakeEngine, account: Account, tmp_path: Path) -> None:
    """By the events of its preview, or by its checkout, which also says what the catalog said."""
    both = done("drifted", "update", new={"inputs": {"a": 1}}, old={"inputs": {"a": 2}}, diffs=["a"])
    engine.does("preview", events(both, done("own", "create"), preview=True))
    log = tmp_path / "base.jsonl"
    log.write_text(events(both, preview=True))
    assert preview.preview(engine.target(), log) == 0
    assert "Already pending on the base branch: 1 change (1 update)" in comment(engine)
    assert "### Catalog" not in comment(engine)

    tree = tmp_path / "base"
    for folder in ("catalog", "roadmap", "charts/versions", "stacks"):
        shutil.copytree(ROOT / folder, tree / folder)
    billing = tree / "catalog" / "services" / "billing.yaml"
    billing.write_text(billing.read_text().replace("tier: core", "tier: standard"))
    preview.preview(engine.target(), tree)
    assert "- service `billing`: `tier` `standard` → `core`" in comment(engine)
    assert "Already pending" not in comment(engine)
    (tree / ".sandbox" / "dev").mkdir(parents=True)
    shutil.copy(log, tree / ".sandbox" / "dev" / "events.jsonl")
    preview.preview(engine.target(), tree)
    assert "Already pending on the base branch: 1 change (1 update)" in comment(engine)


@pytest.mark.parametrize("content", ["", "no JSON\n", events(done("a", "create"))])
def test_a_file_without_a_preview_is_refused(
    engine: FakeEngine, account: Account, tmp_path: Path, content: str
) -> None:
    """With the file, and what to name."""
    engine.does("preview", events(done("own", "create"), preview=True))
    log = tmp_path / "base.jsonl"
    log.write_text(content)
    with pytest.raises(RuntimeError, match=r"^AGAINST=\S+base\.jsonl: holds no preview; name the events\.jsonl"):
        preview.preview(engine.target(), log)
    with pytest.raises(RuntimeError, match=r"^AGAINST=\S+none: cannot be read \(No such file"):
        preview.preview(engine.target(), tmp_path / "none")


def test_a_base_branch_that_is_not_there_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A folder that is no checkout would be compared as one in which there is no service."""
    for path, why in ((tmp_path / "none", "is not there"), (tmp_path, "is no checkout of the base branch")):
        with pytest.raises(RuntimeError, match=f"^AGAINST={path}: {why}"):
            preview.run(against=path)


def test_a_failed_preview_says_why(engine: FakeEngine, account: Account) -> None:
    """The reason leads the comment."""
    log = events(*failed("network-vpc", "AccessDenied: you may not"), result="failed", preview=True)
    engine.does("preview", log, code=255)
    assert preview.preview(engine.target()) == 255
    assert comment(engine).startswith("## Preview of `dev`: blocked, because the preview failed with 1 error")
    assert "AccessDenied: you may not" in comment(engine)
