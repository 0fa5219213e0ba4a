"""What production has that the sandbox has not: things that refuse to go."""

import pytest

from cli.target import PACK
from tests.engine.conftest import Platform
from tests.reports.comment.support.reports import read

pytestmark = pytest.mark.engine


def test_production_database_is_not_replaced_nor_destroyed(account_platform: Platform) -> None:
    """The preview names the replacement and fails, ``up`` and ``down`` are refused, the database stays."""
    platform = account_platform
    code, runs = platform.quick("up", *PACK, stack="production")
    assert code == 0, [finding for run in runs for finding in run.blocking]
    before = _databases(platform)

    source = platform.root / "components" / "database" / "database.py"
    text = source.read_text()
    assert 'username="' in text
    source.write_text(text.replace('username="', 'username="renamed_'))
    preview = platform.run("preview", "production")
    assert preview.code != 0
    comment = read((platform.folder / "preview.md").read_text())
    assert comment.title.startswith("Preview of production: blocked, because the preview failed")
    assert comment.headings[0] == "Dangerous"
    assert comment.items["Dangerous"][0].startswith("critical core-instance"), comment.items["Dangerous"]
    assert "an empty one takes its place" in comment.items["Dangerous"][0]
    assert "username" in comment.items["Dangerous"][0]
    assert comment.items["Dangerous"][0].partition(" ")[2] in preview.text

    up = platform.run("up", "production")
    assert up.code != 0
    assert "core-instance" in up.text
    assert _databases(platform) == before

    source.write_text(text)
    down = platform.run("down", "production")
    assert down.code != 0
    assert "protect" in down.text
    assert _databases(platform) == before
    assert platform.strays("production") == {}


def _databases(platform: Platform) -> list[tuple[str, str]]:
    found = platform.client("rds", "production").describe_db_instances()["DBInstances"]
    return [(instance["DBInstanceIdentifier"], instance["DbiResourceId"]) for instance in found]
