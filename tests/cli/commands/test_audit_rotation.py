"""``make audit-rotation`` on a real Secrets Manager API: every secret is judged, and none is read."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cli import account as accounts
from cli import application as cli
from cli.commands import audit_rotation as audit
from cli.target import ROOT
from lib.vocabulary import OWNER, ROTATION, ROTATION_BY_HAND
from models.manual_rotation import ManualRotation, load_manual_rotation
from tests.sandbox.support.cloud import Emulator
from tests.support.dated_secrets import DatedSecrets, account

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

Captured = pytest.CaptureFixture[str]
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
TAGS = {OWNER: "platform"}
HIDDEN = "correct horse battery staple"


@pytest.fixture
def dated_secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[DatedSecrets]:
    """An account with a past, to which the caller's own AWS settings lead; nothing is registered by hand."""
    with account(monkeypatch) as made:
        for key, value in made.environment.items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("TARGET", "aws")
        monkeypatch.setattr(audit, "load_manual_rotation", lambda: ())
        yield made


def run(*options: str) -> int:
    """The command, on the account of production."""
    return cli.main(["audit-rotation", "--stack", "production", *options])


def found(capsys: Captured, *options: str) -> tuple[int, dict[str, list[str]]]:
    """Exit code, and the faults of each secret."""
    code = run("--format", "json", *options)
    return code, {row["name"]: row["faults"] for row in json.loads(capsys.readouterr().out)["secrets"]}


def test_every_kind_of_secret_at_once(
    dated_secrets: DatedSecrets, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The healthy pass, the others are named with their fault; no value was asked for or printed."""
    good = dated_secrets.make("good", 10 * DAY, tags=TAGS, value=HIDDEN)
    dated_secrets.rotates(good, 30, 10 * DAY, 20 * DAY)
    old = dated_secrets.make("old", 91 * DAY, tags=TAGS, value=HIDDEN)
    dated_secrets.rotates(old, 89, 91 * DAY, DAY)
    stuck = dated_secrets.make("stuck", 20 * DAY, tags=TAGS, value=HIDDEN)
    dated_secrets.rotates(stuck, 30, 20 * DAY, 10 * DAY)
    stuck.versions["pending"] = {
        "createdate": dated_secrets.past(30 * HOUR), "version_id": "pending", "version_stages": ["AWSPENDING"],
    }  # fmt: skip
    overdue = dated_secrets.make("overdue", 40 * DAY, tags=TAGS, value=HIDDEN)
    dated_secrets.rotates(overdue, 30, 40 * DAY, -10 * DAY)
    never = dated_secrets.make("never", 40 * DAY, tags=TAGS, value=HIDDEN)
    dated_secrets.rotates(never, 30, None, -10 * DAY)
    dated_secrets.make("unrotated", 5 * DAY, tags=TAGS, value=HIDDEN)
    by_hand = {**TAGS, ROTATION: ROTATION_BY_HAND}
    dated_secrets.make("by-hand", 74 * DAY, tags=by_hand, value=HIDDEN)
    dated_secrets.make("by-hand-due", 76 * DAY, tags=by_hand, value=HIDDEN)
    dated_secrets.make("leaving", 300 * DAY, tags=TAGS, value=HIDDEN)
    dated_secrets.client().delete_secret(SecretId="leaving", RecoveryWindowInDays=7)
    entry = ManualRotation(
        name="console", secret=None, owner="platform", changed=(dt.datetime.now(dt.UTC) - 80 * DAY).date(),
        runbook="docs/runbooks/secret-without-api.md", why="its issuer has no API", environments=("production",),
    )  # fmt: skip
    elsewhere = entry.model_copy(update={"name": "elsewhere", "environments": ("dev",)})
    monkeypatch.setattr(audit, "load_manual_rotation", lambda: (entry, elsewhere))
    dated_secrets.asked.clear()
    code, faults = found(capsys)
    assert code == 1
    starts = {
        "good": [], "by-hand": [], "leaving": [], "old": ["91 days old"], "stuck": ["AWSPENDING for 30 h"],
        "overdue": ["rotation failed or did not run"], "never": ["rotation failed or did not run"],
        "unrotated": ["no rotation and no registered exception"], "by-hand-due": ["76 days old, by hand"],
        "console": ["80 days old, by hand"],
    }  # fmt: skip
    assert {name: [fault[: len(start)] for fault, start in zip(faults[name], starts[name], strict=True)]
            for name in faults} == starts  # fmt: skip
    assert set(dated_secrets.asked) == {"ListSecrets", "ListSecretVersionIds"}
    assert run() == 1
    printed = capsys.readouterr().out
    assert all(name in printed for name in starts)
    assert HIDDEN not in printed


def test_a_healthy_account_passes(dated_secrets: DatedSecrets, capsys: Captured, tmp_path: Path) -> None:
    """Exit code 0; JUnit goes to the file, the table to the terminal."""
    dated_secrets.rotates(dated_secrets.make("good", 10 * DAY, tags=TAGS), 30, 10 * DAY, 20 * DAY)
    path = tmp_path / "reports" / "rotation.xml"
    assert run("--format", "junit", "--output", str(path)) == 0
    suite = ET.parse(path).find("testsuite")  # noqa: S314 - our own file
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    assert "1 secrets, 0 with faults" in capsys.readouterr().out
    assert run("--format", "junit") == 0
    assert capsys.readouterr().out.startswith("<?xml")


def test_all_pages_and_regions_are_read(dated_secrets: DatedSecrets, capsys: Captured) -> None:
    """More secrets than fit on a page, in two regions; a region that is given twice counts once."""
    for number in range(110):
        dated_secrets.rotates(dated_secrets.make(f"here-{number}", DAY, tags=TAGS), 30, DAY, DAY)
    dated_secrets.make("there", 91 * DAY, tags=TAGS, region="eu-west-1")
    code, faults = found(capsys)
    assert (code, len(faults)) == (0, 110)
    code, faults = found(capsys, "--region", "eu-central-1", "--region", "eu-west-1", "--region", "eu-west-1")
    assert (code, len(faults), len(faults["there"])) == (1, 111, 2)


def test_what_cannot_be_read_is_not_healthy(
    dated_secrets: DatedSecrets, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No right, no server, nobody signed in, a register with a mistake: exit code 2 and a line that says what to do."""
    path = tmp_path / "manual_rotation.yaml"
    path.write_text("secrets: []", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(audit, "load_manual_rotation", lambda: load_manual_rotation(path))
        assert run() == 2
    assert "is not a mapping with entries" in capsys.readouterr().err
    dated_secrets.refuse = "AccessDeniedException"
    assert run() == 2
    said = capsys.readouterr().err
    assert "ListSecrets of production: AccessDeniedException" in said
    assert "assume a role that may list secrets" in said
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert run() == 2
    assert "secrets of production in eu-central-1 cannot be read" in capsys.readouterr().err
    monkeypatch.delenv("TARGET")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    assert run() == 2
    assert "sign in first" in capsys.readouterr().err
    assert run("--format", "pdf") == 2
    assert "'pdf' is not one of" in capsys.readouterr().err


def test_the_emulated_account_of_a_stack(tmp_path: Path) -> None:
    """As a process of its own, on an emulator that has been stopped: it comes back; no profile is read."""
    folder = tmp_path / "dev"
    folder.mkdir(mode=0o700)
    emulator = Emulator(folder)
    try:
        endpoint = emulator.start()
        given = {"endpoint_url": endpoint, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        accounts.client("secretsmanager", "eu-central-1", given).create_secret(Name="fresh", SecretString=HIDDEN)
    finally:
        emulator.kill()
    environment = {**os.environ, "SANDBOX_FOLDER": str(tmp_path), "TARGET": "sandbox", "AWS_PROFILE": "nobody"}
    command = [sys.executable, "-m", "cli", "audit-rotation", "--format", "json", "--stack"]
    try:
        done = subprocess.run([*command, "dev"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
                              timeout=120)  # fmt: skip
        assert done.returncode == 1, done.stdout + done.stderr
        (row,) = [one for one in json.loads(done.stdout)["secrets"] if one["name"] == "fresh"]
        assert (row["name"], row["age_days"]) == ("fresh", 0)
        assert HIDDEN not in done.stdout + done.stderr
        missing = subprocess.run([*command, "staging"], cwd=ROOT, env=environment, capture_output=True, text=True,
                                 check=False, timeout=120)  # fmt: skip
        assert missing.returncode == 2
        assert "staging has no emulated account yet" in missing.stderr
    finally:
        os.kill(int((folder / "account.pid").read_text()), 15)
