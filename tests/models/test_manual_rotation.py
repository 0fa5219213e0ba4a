"""SEC-02: the register of secrets that a person changes is read whole or refused with every reason."""

import datetime as dt
from pathlib import Path

import pytest

from lib.problems import FileError
from models.manual_rotation import ManualRotation, load_manual_rotation
from stacks.environments import ENVIRONMENTS

TODAY = dt.date(2026, 11, 25)
GOOD = """\
secrets:
  console:
    owner: platform
    changed: 2026-11-25
    runbook: docs/runbooks/secret-without-api.md
    why: its issuer has no API
    environments: [production]
"""


def load(folder: Path, text: str) -> tuple[ManualRotation, ...]:
    """The register with this text, on a fixed day."""
    path = folder / "manual_rotation.yaml"
    path.write_text(text, encoding="utf-8")
    return load_manual_rotation(path, TODAY)


def test_the_companys_own_register_is_good() -> None:
    """What is committed loads today, names stacks that exist, and nothing that could rotate by itself for long."""
    entries = load_manual_rotation()
    assert {name for entry in entries for name in entry.environments} <= {*ENVIRONMENTS}


def test_a_good_register(tmp_path: Path) -> None:
    """An entry changed today, for a secret that is kept elsewhere; and an empty register."""
    (entry,) = load(tmp_path, GOOD)
    assert (entry.name, entry.secret, entry.changed, entry.environments) == ("console", None, TODAY, ("production",))
    assert load(tmp_path, "secrets: {}\n") == ()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("2026-11-25", "2026-11-26", ":4: secrets.console.changed: 2026-11-26: lies after today"),
        ("2026-11-25", "2026-13-01", ":4: secrets.console.changed: '2026-13-01'"),
        (
            "secret-without-api",
            "nowhere",
            ":5: secrets.console.runbook: 'docs/runbooks/nowhere.md': there is no such page",
        ),
        ("docs/runbooks/secret", "../secret", ":5: secrets.console.runbook"),
        ("owner: platform", "ovner: platform", ":3: secrets.console.ovner: is no key here; fix: did you mean owner?"),
        ("owner: platform", "owner: ''", "write the team that changes it"),
        ("[production]", "[prod]", "did you mean production?"),
        ("[production]", "[]", "list some of"),
        ("  console:\n", "  console:\n    secret: a b\n", ":3: secrets.console.secret: 'a b'"),
        ("    owner", "    why: twice is once too many\n    owner", "the key is given twice"),
        ("secrets:", "secret:", "secret: is no key of this file; fix: did you mean secrets?"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(tmp_path: Path, before: str, after: str, says: str) -> None:
    """File, line, key, value, reason and fix."""
    with pytest.raises(FileError) as error:
        load(tmp_path, GOOD.replace(before, after))
    assert says in str(error.value)


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Two entries, three problems; a secret has one entry."""
    entry = GOOD.removeprefix("secrets:\n").replace("owner", "secret: a/b\n    owner")
    text = f"secrets:\n{entry}{entry.replace('console', 'other').replace('11-25', '12-25')}  none: text\n"
    with pytest.raises(FileError) as error:
        load(tmp_path, text)
    said = str(error.value)
    assert "is registered by console already; fix: keep one of the two" in said
    assert "secrets.other.changed" in said
    assert "secrets.none: 'text': is not a mapping; fix: write the keys secret, owner" in said
