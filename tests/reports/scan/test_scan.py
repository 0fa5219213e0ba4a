"""``make scan``: one verdict, a report of each scanner, and nothing left out in silence."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli import application
from cli.commands import scan as command
from reports.scan import sarif, scan
from reports.scan.scanner import HOUSE
from reports.scan.scanners import SCANNERS
from tests.reports.scan.support.planted import SECRETS, commit, git, repository
from toolchain import cache, programs

ADVISORY = "PYSEC-2023-74"
"""requests before 2.31.0 sends proxy credentials to the site: https://osv.dev/vulnerability/PYSEC-2023-74."""
LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "planted"
version = "1.0.0"
source = { virtual = "." }
dependencies = [{ name = "requests" }]

[package.metadata]
requires-dist = [{ name = "requests", specifier = "==2.30.0" }]

[[package]]
name = "requests"
version = "2.30.0"
source = { registry = "https://pypi.org/simple" }
"""
PROJECT = (
    '[project]\nname = "planted"\nversion = "1.0.0"\nrequires-python = ">=3.11"\ndependencies = ["requests==2.30.0"]\n'
)


class Advisories(BaseHTTPRequestHandler):
    """The two calls of https://google.github.io/osv.dev/api/ that an audit makes, with one advisory."""

    def answer(self, content: dict[str, Any]) -> None:
        """Send JSON."""
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Which advisories concern these versions."""
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        hit = {"vulns": [{"id": ADVISORY, "modified": "2023-11-08T00:00:00Z"}]}
        self.answer({"results": [hit if query.get("version") == "2.30.0" else {} for query in queries]})

    def do_GET(self) -> None:
        """One advisory."""
        events = [{"introduced": "2.3.0"}, {"fixed": "2.31.0"}]
        package = {"ecosystem": "PyPI", "name": "requests"}
        self.answer(
            {
                "id": ADVISORY,
                "summary": "Proxy credentials are sent to the site",
                "modified": "2023-11-08T00:00:00Z",
                "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
            }
        )

    def log_message(self, *_: Any) -> None:
        """Not on the terminal."""


@pytest.fixture
def osv(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Advisories within reach."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("OSV_URL", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()


@pytest.fixture(autouse=True)
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network: the advisories are at an address that refuses, GitHub is not asked."""
    monkeypatch.setenv("OSV_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.delenv("GH_TOKEN", raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of another team, in which nothing is wrong."""
    root = repository(tmp_path / "other")
    commit(root, "README.md", "# Other\n")
    return root


def run(root: Path, tmp_path: Path) -> dict[str, scan.Outcome]:
    """All scanners on a repository; what became of each."""
    return {outcome.scanner.name: outcome for outcome in scan.scan(root, tmp_path / "reports")}


def test_planted_repository(root: Path, tmp_path: Path, osv: None, capsys: pytest.CaptureFixture[str]) -> None:
    """One mistake of each kind: each scanner finds its own, reports it as SARIF, and shows no secret."""
    commit(root, "key.txt", SECRETS["AWS access key"])
    commit(root, "key.txt", None)
    git(root, "commit", "--quiet", "--allow-empty", "--message", f"fix: use {SECRETS['GitHub token']}")
    commit(root, "run.py", "import subprocess\n\nsubprocess.run(input(), shell=True)\n")
    step = '{"run": "echo ${{ github.event.issue.title }}"}'
    flow = f'{{"on": "issues", "jobs": {{"a": {{"runs-on": "ubuntu-24.04", "steps": [{step}]}}}}}}'
    commit(root, ".github/workflows/a.yml", flow)
    commit(root, "pyproject.toml", PROJECT)
    commit(root, "uv.lock", LOCK)
    outcomes = run(root, tmp_path)
    rules = {name: {finding.rule for finding in outcome.findings} for name, outcome in outcomes.items()}
    expected = {
        "gitleaks": "aws-access-token",
        "gitleaks-messages": "github-pat",
        "ruff": "S602",
        "zizmor": "zizmor/template-injection",
        "actionlint": "expression",
        "uv": ADVISORY,
    }
    caught = [name for name, rule in expected.items() if rule in rules[name]]
    printed = capsys.readouterr().out
    print(f"make scan: {len(caught)} of {len(expected)} planted mistakes caught")
    assert set(caught) == {scanner.name for scanner in SCANNERS}
    assert [outcome.failure for outcome in outcomes.values() if outcome.failure] == []
    reports = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "reports").glob("*.sarif")}
    assert set(reports) == set(expected)
    for name, text in reports.items():
        report = json.loads(text)
        assert report["version"] == "2.1.0"
        assert {each["tool"]["driver"]["name"] for each in report["runs"]} <= {name, "uv-audit"}
        assert tuple(sarif.findings(report, root)) == outcomes[name].findings
    for kind in ("AWS access key", "GitHub token"):
        assert SECRETS[kind] not in printed + "".join(reports.values())
    assert "key.txt:1 aws-access-token" in printed
    assert "ada@nationgraph.example" not in reports["gitleaks"]


def test_nothing_wrong_and_nothing_to_look_at(root: Path, tmp_path: Path) -> None:
    """What a repository does not have needs no scanner; that is said, and is no gap."""
    outcomes = run(root, tmp_path)
    assert {name: outcome.nothing for name, outcome in outcomes.items()} == {
        "gitleaks": "",
        "gitleaks-messages": "",
        "ruff": "",
        "zizmor": "there is no .github",
        "actionlint": "there is no .github/workflows",
        "uv": "there is no uv.lock",
    }
    assert {outcome.failure + outcome.left_out for outcome in outcomes.values()} == {""}
    assert "did not run\n    nothing to look at: there is no uv.lock" in str(outcomes["uv"])


def test_advisories_out_of_reach_are_said(root: Path, tmp_path: Path) -> None:
    """No finding is not a clean bill: the scanner did not run."""
    commit(root, "pyproject.toml", PROJECT)
    commit(root, "uv.lock", LOCK)
    outcome = run(root, tmp_path)["uv"]
    assert (outcome.ran, outcome.failure) == (False, "")
    assert "out of reach" in outcome.left_out
    assert "did not run" in str(outcome)
    assert not (tmp_path / "reports" / "uv.sarif").exists()


def test_shallow_history_is_not_taken_for_all(root: Path, tmp_path: Path) -> None:
    """A clone of depth one holds none of what was removed."""
    commit(root, "b.txt", "b")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{root}", "shallow")
    outcomes = run(tmp_path / "shallow", tmp_path)
    for name in ("gitleaks", "gitleaks-messages"):
        assert not outcomes[name].ran
        assert "git fetch --unshallow" in outcomes[name].left_out


def test_missing_helpers_are_said(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without shellcheck, uv or a token for GitHub the rest still runs."""
    flow = '{"on": "push", "jobs": {"a": {"runs-on": "ubuntu-24.04", "steps": [{"run": "true"}]}}}'
    commit(root, ".github/workflows/a.yml", flow)
    commit(root, "uv.lock", LOCK)
    for name in ("gitleaks", "actionlint"):
        programs.find(name)
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, **more: None if name == "shellcheck" else which(name, **more))
    monkeypatch.setattr(cache, "uv", lambda: None)
    outcomes = run(root, tmp_path)
    left_out = {name: outcome.left_out for name, outcome in outcomes.items() if outcome.left_out}
    assert {name: outcomes[name].ran for name in left_out} == {"zizmor": True, "actionlint": True, "uv": False}
    assert all(word in left_out[name] for name, word in [("zizmor", "GH_TOKEN"), ("actionlint", "shell")])


def test_broken_scanner_fails_and_the_others_still_look(root: Path, tmp_path: Path) -> None:
    """Its last words are shown; it leaves no report, and none of an earlier run remains."""
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "uv.sarif").write_text("old", encoding="utf-8")
    commit(root, "pyproject.toml", PROJECT)
    commit(root, "uv.lock", "this is not a lock")
    outcomes = run(root, tmp_path)
    assert outcomes["uv"].failure
    assert "uv.lock" in outcomes["uv"].failure
    assert outcomes["gitleaks"].ran
    assert sorted(path.stem for path in reports.iterdir()) == ["gitleaks", "gitleaks-messages", "ruff"]


@pytest.mark.parametrize(
    ("outcome", "code", "complete"),
    [
        ({}, 0, 0),
        ({"findings": (sarif.Finding(rule="a", path="b", line=1, message="c"),)}, 1, 1),
        ({"failure": "broken"}, 1, 1),
        ({"left_out": "half"}, 0, 1),
        ({"nothing": "there is no uv.lock"}, 0, 0),
    ],
)
def test_verdict(
    monkeypatch: pytest.MonkeyPatch, outcome: dict[str, Any], code: int, complete: int, tmp_path: Path
) -> None:
    """Findings and failures fail everywhere, gaps fail where all of it has to run."""
    outcomes = [scan.Outcome(scanner=SCANNERS[0]), scan.Outcome(scanner=SCANNERS[1], **outcome)]
    monkeypatch.setattr(scan, "scan", lambda root, _reports: outcomes if root == tmp_path else [])
    assert scan.main(["--repository", str(tmp_path)]) == code
    assert scan.main(["--repository", str(tmp_path), "--complete"]) == complete


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ["--repository", str(HOUSE)]),
        ({"CI": "true"}, ["--repository", str(HOUSE), "--complete"]),
        ({"CI": "", "REPOSITORY": "../services"}, ["--repository", "../services"]),
    ],
)
def test_make_scan(variables: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """CI leaves nothing out; another repository can be named. Make hands variables over in the environment."""
    for name in ("CI", "REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(command, "python", lambda *words: asked.append(words) or 0)
    assert application.main(["scan"]) == 0
    assert asked == [("reports.scan.scan", *expected)]


def test_every_program_is_pinned_by_the_module() -> None:
    """The versions are go.mod's, and Go's sums cover them."""
    for name, (module, package) in programs.PACKAGES.items():
        folder = programs.MODULES / module
        assert f" v{programs.pinned_version(name)} h1:" in (folder / "go.sum").read_text(encoding="utf-8")
        assert f'"{package}"' in (folder / "tools.go").read_text(encoding="utf-8")
