"""``make env`` with a real API and a real child: the child has the secrets, and nothing else does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli import account as accounts
from cli import application as cli
from cli.commands.env import SecretError, resolve
from cli.target import ROOT
from models.command_environment import Variable
from tests.sandbox.support.cloud import Emulator
from tests.support.dated_secrets import DatedSecrets, account

SECRET = "nationgraph/core/database"  # pragma: allowlist secret
PASSWORD = 'pa\'ss "wörd" $HOME `id` \\ %'  # pragma: allowlist secret
VALUE = {"host": "db.internal", "port": 5432, "dbname": "core", "username": "core_a", "password": PASSWORD}
SHOW = """
import json, os, sys
own = open("/proc/self/cmdline").read() if os.path.exists("/proc/self/cmdline") else ""
print(json.dumps({"variables": dict(os.environ), "words": own, "folder": os.getcwd()}))
sys.exit(7)
"""


@pytest.fixture
def dated_secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[DatedSecrets]:
    """An account with a real API."""
    with account(monkeypatch) as made:
        yield made


def env(
    environment: Mapping[str, str], home: Path, *words: str, stack: str = "dev"
) -> subprocess.CompletedProcess[str]:
    """``python -m cli env`` as a process, with nothing of the tests' own AWS settings and a home of its own."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TARGET"))}
    given = {**own, "HOME": str(home), "TARGET": "aws", **environment}
    command = [sys.executable, "-m", "cli", "env", "--stack", stack, *(("--", *words) if words else ())]
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=120)


def holding(folder: Path, text: str) -> list[str]:
    """The files below a folder whose bytes hold the text, or its form in JSON."""
    forms = (text.encode(), json.dumps(text)[1:-1].encode())
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path) for path in files if any(form in path.read_bytes() for form in forms)]


def test_the_child_has_the_secrets_and_no_file_does(dated_secrets: DatedSecrets, tmp_path: Path) -> None:
    """Values arrive whole whatever they are made of; arguments, output, folder and home do not hold them."""
    dated_secrets.make(SECRET, timedelta(0), value=VALUE)
    (tmp_path / "home").mkdir()
    before = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True)
    done = env(dated_secrets.environment, tmp_path / "home", sys.executable, "-c", SHOW)
    assert done.returncode == 7, done.stderr
    child = json.loads(done.stdout)
    got = {key: value for key, value in child["variables"].items() if key.startswith("PG")}
    assert got == {
        "PGHOST": "db.internal", "PGPORT": "5432", "PGDATABASE": "core", "PGUSER": "core_a", "PGPASSWORD": PASSWORD,
    }  # fmt: skip
    assert PASSWORD not in child["words"] + done.stderr
    assert Path(child["folder"]) == ROOT
    assert holding(tmp_path, PASSWORD) == []
    after = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert after.stdout == before.stdout
    assert holding(ROOT / "cli", PASSWORD) == []
    assert dated_secrets.asked.count("GetSecretValue") == 1


def test_make_runs_the_words_of_cmd_without_a_shell(dated_secrets: DatedSecrets, tmp_path: Path) -> None:
    """Quotes group words; nothing is expanded; what make adds to the environment is taken away again."""
    dated_secrets.make(SECRET, timedelta(0), value=VALUE)
    script = "import os,sys;print(sys.argv[1:],'CMD' in os.environ,'MAKEFLAGS' in os.environ)"
    command = f"{sys.executable} -c \"{script}\" '$HOME;exit 3' two"
    done = env({**dated_secrets.environment, "CMD": command, "MAKEFLAGS": "w"}, tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "['$HOME;exit 3', 'two'] False False")
    for words, code, says in (
        ((), 2, "no command"),
        (("no-such-program-here",), 127, "no such program"),
        (("/etc/passwd",), 126, "Permission denied"),
    ):
        refused = env(dated_secrets.environment, tmp_path, *words)
        assert (refused.returncode, says in refused.stderr, refused.stdout) == (code, True, "")
    assert "No closing quotation" in env({**dated_secrets.environment, "CMD": "psql 'x"}, tmp_path).stderr


def test_the_make_target(dated_secrets: DatedSecrets, tmp_path: Path) -> None:
    """As people type it. Make reports any failure of the command as its own 2."""
    if shutil.which("make") is None:
        pytest.fail("make is a tool of this repository; install it")
    dated_secrets.make(SECRET, timedelta(0), value=VALUE)
    given = {**os.environ, **dated_secrets.environment, "TARGET": "aws"}
    line = [
        "make",
        "-s",
        "-o",
        ".venv/synced",  # the environment of the tests stays as it is
        "env",
        "STACK=dev",
        f"RUN={sys.executable}",
        f"CMD={sys.executable} -c 'import os;print(len(os.environ[\"PGPASSWORD\"]))'",
    ]
    done = subprocess.run(line, cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, str(len(PASSWORD))), done.stderr


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("denied", "ask the secret's owner to name it among the consumers"),
        ("missing", "is not in the account of dev; deploy it with make up STACK=dev"),
        ("empty", "has no current value yet"),
        ("deleted", "is pending deletion; take it back with aws secretsmanager restore-secret"),
        ("binary", "its value is binary"),
        ("text", "is no JSON object, so that it has no key 'host'"),
        ("key", "has no key 'password'; correct PGPASSWORD in catalog/command_environment.yaml"),
        ("nested", "what is to be PGPASSWORD is neither text nor a number"),
        ("nul", "what is to be PGPASSWORD holds a NUL"),
        ("placeholder", "what is to be PGPASSWORD was never made; rotate it once"),
    ],
)
def test_errors_name_the_secret_and_the_fix_but_no_value(
    dated_secrets: DatedSecrets,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    spoil: str,
    says: str,
) -> None:
    """The command is not run, the exit code is 2, and nothing of the value is said."""
    hidden = "hunter2-hunter2"
    value: Any = {**VALUE, "password": hidden}
    if spoil == "text":
        value = hidden
    changes: dict[str, Any] = {
        "key": {key: text for key, text in value.items() if key != "password"} | {"passwort": hidden}
        if isinstance(value, dict) else value,
        "nested": {**VALUE, "password": [hidden]},
        "nul": {**VALUE, "password": f"{hidden}\0"},
        "placeholder": {**VALUE, "password": "<made by the first rotation>", "old": hidden},
    }  # fmt: skip
    if spoil != "missing":
        record = dated_secrets.make(SECRET, timedelta(0), value=changes.get(spoil, value))
        if spoil == "empty":
            record.versions.clear()
            record.default_version_id = None
        if spoil == "binary":
            for version in record.versions.values():
                del version["secret_string"]
                version["secret_binary"] = "aHVudGVyMg=="  # pragma: allowlist secret
    if spoil == "deleted":
        dated_secrets.client().delete_secret(SecretId=SECRET, RecoveryWindowInDays=7)
    if spoil == "denied":
        dated_secrets.refuse = "AccessDeniedException"
    for key, text in {**dated_secrets.environment, "TARGET": "aws"}.items():
        monkeypatch.setenv(key, text)
    monkeypatch.setattr(os, "execvpe", lambda *_: pytest.fail("the command was run"))
    code, said = cli.main(["env", "--stack", "dev", "--", "true"]), capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert f"{SECRET}: " in said.err
    assert says in said.err
    assert "hunter2" not in said.err


def test_all_errors_at_once(dated_secrets: DatedSecrets) -> None:
    """Two secrets that cannot be had are two lines; a good one beside them changes nothing."""
    dated_secrets.make("nationgraph/a/good", timedelta(0), value="v")
    wanted = [
        Variable(name=f"V{index}", source=f"nationgraph/a/{name}", environments=("dev",))
        for index, name in enumerate(["good", "gone", "lost"])
    ]
    assert resolve(dated_secrets.client(), wanted[:1], "dev") == {"V0": "v"}
    with pytest.raises(SecretError) as error:
        resolve(dated_secrets.client(), wanted, "dev")
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "nationgraph/a/gone",
        "nationgraph/a/lost",
    ]


def test_production_and_strangers_get_nothing(tmp_path: Path) -> None:
    """Production has no variables; without an identity of one's own AWS is not asked."""
    signed = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    done = env(signed, tmp_path, "true", stack="production")
    assert (done.returncode, "has no variable for it" in done.stderr) == (2, True), done.stderr
    nobody = env({"TARGET": ""}, tmp_path, "true")
    assert (nobody.returncode, "sign in" in nobody.stderr) == (2, True), nobody.stderr


def test_the_emulated_account(tmp_path: Path) -> None:
    """``TARGET=sandbox`` reads the emulated account of the stack; only its journal, which is it, holds the value."""
    folder = tmp_path / "dev"
    folder.mkdir(mode=0o700)
    emulator = Emulator(folder)
    try:
        given = {"endpoint_url": emulator.start(), "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        client = accounts.client("secretsmanager", "eu-central-1", given)
        client.create_secret(Name=SECRET, SecretString=json.dumps(VALUE))
    finally:
        emulator.kill()
    environment = {"TARGET": "sandbox", "SANDBOX_FOLDER": str(tmp_path)}
    try:
        done = env(
            environment, tmp_path / "dev", sys.executable, "-c", "import os; print(len(os.environ['PGPASSWORD']))"
        )
        assert (done.returncode, done.stdout.strip()) == (0, str(len(PASSWORD))), done.stderr
        assert "runs on the emulated account" in done.stderr
    finally:
        os.kill(int((folder / "account.pid").read_text()), 15)
