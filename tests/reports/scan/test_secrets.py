"""SEC-04: a secret in any place of the history is found, named and not shown; the clean history is clean."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.scan import gitleaks, sarif
from reports.scan.scanner import HOUSE, Scanner
from tests.reports.scan.support.planted import SECRETS, commit, git, repository
from tests.support.depth import DEEP, deep
from toolchain import programs

pytestmark = pytest.mark.no_cover

ONE = SECRETS["AWS access key"]
HISTORY, MESSAGES = gitleaks.SCANNERS


def found(root: Path, scanner: Scanner = HISTORY) -> tuple[list[sarif.Finding], str]:
    """What a scanner finds in a repository, and everything that it printed."""
    call = scanner.call(root, {})
    done = subprocess.run(
        call.command, cwd=root, input=call.stdin, capture_output=True, text=True, check=False, timeout=120
    )
    scanner.judge(root, done.stderr)
    assert done.returncode in call.codes, done.stderr
    return sarif.findings(call.convert(done.stdout), root), done.stdout + done.stderr


def test_removed_secrets_are_still_found(tmp_path: Path) -> None:
    """Each kind was committed and removed again; each is named by file and line, none is printed."""
    root = repository(tmp_path / "planted")
    names = {f"{number}.txt": kind for number, kind in enumerate(SECRETS)}
    for name, kind in names.items():
        (root / name).write_text(f"# settings\n{SECRETS[kind]}\n", encoding="utf-8")
    commit(root, "README.md", "all of them\n")
    for name in names:
        (root / name).unlink()
    commit(root, "README.md", "none of them\n")
    assert git(root, "ls-files") == "README.md"

    findings, output = found(root)
    caught = {names[finding.path] for finding in findings if finding.line == 2}
    print(f"gitleaks: {len(caught)} of {len(SECRETS)} planted secrets caught")
    assert set(SECRETS) - caught == set()
    assert [kind for kind, secret in SECRETS.items() if secret.splitlines()[-1] in output] == []


def side_branch(root: Path) -> None:
    """Never merged."""
    git(root, "checkout", "--quiet", "-b", "feature/side")
    commit(root, "a.txt", ONE)
    git(root, "checkout", "--quiet", "main")


def only_a_tag(root: Path) -> None:
    """No branch leads there any more."""
    commit(root, "a.txt", ONE)
    git(root, "tag", "v1")
    git(root, "reset", "--quiet", "--hard", "HEAD~1")


def resolved_conflict(root: Path) -> None:
    """Typed while a merge was resolved: in neither parent, and gone with the next commit."""
    git(root, "checkout", "--quiet", "-b", "feature/side")
    commit(root, "a.txt", "theirs\n")
    git(root, "checkout", "--quiet", "main")
    commit(root, "a.txt", "ours\n")
    git(root, "merge", "--quiet", "feature/side", check=False)
    commit(root, "a.txt", f"both\n{ONE}\n")
    commit(root, "a.txt", "both\n")


def clean_merge(root: Path) -> None:
    """Slipped into a merge that had no conflict."""
    git(root, "checkout", "--quiet", "-b", "feature/side")
    commit(root, "a.txt", "theirs\n")
    git(root, "checkout", "--quiet", "main")
    commit(root, "b.txt", "ours\n")
    git(root, "merge", "--quiet", "--no-commit", "--no-ff", "feature/side")
    commit(root, "c.txt", ONE)


def excused_in_the_code(root: Path) -> None:
    """A comment of the author's own is no exception."""
    commit(root, "a.py", f'key = "{ONE}"  # gitleaks:allow\n')


def excused_by_the_repository(root: Path) -> None:
    """Nor are settings that the scanned repository brings along."""
    commit(root, ".gitleaks.toml", '[[allowlists]]\npaths = [".*"]\n')
    commit(root, "a.txt", ONE)


def in_tests(root: Path) -> None:
    """Made-up passwords are excepted there, keys of providers are not."""
    commit(root, "tests/test_a.py", f'key = "{ONE}"\n')


def in_a_renamed_file(root: Path) -> None:
    """Moved and changed in one commit."""
    commit(root, "a.txt", "line\n" * 20)
    git(root, "mv", "a.txt", "b.txt")
    commit(root, "b.txt", "line\n" * 20 + ONE)


@pytest.mark.parametrize(
    "plant",
    [
        side_branch,
        only_a_tag,
        resolved_conflict,
        clean_merge,
        excused_in_the_code,
        excused_by_the_repository,
        in_tests,
        in_a_renamed_file,
    ],
)
def test_secret_is_found_wherever_it_is(tmp_path: Path, plant: Any) -> None:
    """Once, in places that are easily missed."""
    root = repository(tmp_path / "planted")
    commit(root, "README.md", "# Here\n")
    plant(root)
    findings, output = found(root)
    assert [finding.rule for finding in findings] == ["aws-access-token"]
    assert ONE not in output


def test_messages_are_read_too(tmp_path: Path) -> None:
    """A secret in the text of a commit is found, in its line, with the commit; texts around it are not blamed."""
    root = repository(tmp_path / "planted")
    assert found(root, MESSAGES)[0] == []
    commit(root, "a.txt", "a")
    git(root, "commit", "--quiet", "--allow-empty", "--message", f"fix: log in\n\nTried with\n{ONE}, which works")
    guilty = git(root, "rev-parse", "HEAD")
    commit(root, "b.txt", "b")
    findings, output = found(root, MESSAGES)
    (finding,) = findings
    assert (finding.rule, finding.path, finding.line) == ("aws-access-token", f"commit-message/{guilty}", 4)
    assert guilty in finding.message
    assert ONE not in output
    assert found(root)[0] == []


def test_this_repository_is_clean() -> None:
    """Nothing is found in what leads to the current commit."""
    done = subprocess.run(gitleaks.command("HEAD"), cwd=HOUSE, capture_output=True, text=True, check=False, timeout=120)
    HISTORY.judge(HOUSE, done.stderr)
    assert [str(finding) for finding in sarif.findings(json.loads(done.stdout), HOUSE)] == []


@deep
@pytest.mark.skipif(not DEEP, reason="a second look through the whole history: make prove tries it")
def test_every_exception_has_a_reason_and_excuses_something(tmp_path: Path) -> None:
    """Each covers a finding that there would be without it."""
    exceptions = tomllib.loads((HOUSE / ".gitleaks.toml").read_text(encoding="utf-8"))["allowlists"]
    bare = tmp_path / "bare.toml"
    bare.write_text("[extend]\nuseDefault = true\n", encoding="utf-8")
    settings = [bare if part == HOUSE / ".gitleaks.toml" else part for part in gitleaks.SETTINGS]
    done = subprocess.run(
        gitleaks.command("HEAD", settings), cwd=HOUSE, capture_output=True, text=True, check=False, timeout=120
    )
    report = json.loads(done.stdout)
    paths = [finding.path for finding in sarif.findings(report, HOUSE)]
    commits = {result["partialFingerprints"]["commitSha"] for run in report["runs"] for result in run["results"]}
    for exception in exceptions:
        assert len(exception["description"]) > 40
        assert "regexes" not in exception, "excuses what reports do not show; put the string together at run time"
        patterns = exception.get("paths", [])
        assert [pattern for pattern in patterns if not any(re.search(pattern, path) for path in paths)] == []
        assert set(exception.get("commits", ())) <= commits


def hook(root: Path) -> subprocess.CompletedProcess[str]:
    """The command of .pre-commit-config.yaml, in another repository."""
    config = yaml.safe_load((HOUSE / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (entry,) = [hook["entry"] for repo in config["repos"] for hook in repo["hooks"] if hook["id"] == "gitleaks"]
    program, *arguments = shlex.split(entry)
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    return subprocess.run(
        [HOUSE / program, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_hook_refuses_staged_secrets(tmp_path: Path) -> None:
    """It names rule, file and line and shows no secret; what is not staged is not its business."""
    root = repository(tmp_path / "planted")
    commit(root, "README.md", "# Here\n")
    (root / "settings.py").write_text(f'# ours\nkey = "{ONE}"\n', encoding="utf-8")
    before = hook(root)
    assert (before.returncode, "Nothing is staged" in before.stdout) == (0, True)
    git(root, "add", ".")
    refused = hook(root)
    assert refused.returncode == 1
    assert all(word in refused.stdout for word in ("aws-access-token", "settings.py", "2"))
    assert ONE not in refused.stdout + refused.stderr
    (root / "settings.py").write_text("# ours\n", encoding="utf-8")
    git(root, "add", ".")
    assert hook(root).returncode == 0


def test_hook_does_not_pass_where_git_failed(tmp_path: Path) -> None:
    """Gitleaks takes an unreadable repository for a clean one."""
    root = repository(tmp_path / "planted")
    (root / "a.txt").write_text("a", encoding="utf-8")
    git(root, "add", ".")
    (root / ".git" / "index").write_bytes(b"not an index")
    assert hook(root).returncode != 0


def test_hook_builds_nothing_where_nothing_is_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make check` runs all hooks on all files; the history is `make scan`'s."""
    monkeypatch.setattr(programs, "find", lambda name: pytest.fail(f"{name} was asked for"))
    assert gitleaks.staged(repository(tmp_path / "empty")) == 0


def test_unreadable_history_is_not_clean(tmp_path: Path) -> None:
    """Gitleaks exits with 0 when git fails or reads nothing; the scanner does not."""
    root = repository(tmp_path / "planted")
    commit(root, "a.txt", ONE)
    with pytest.raises(RuntimeError, match="no commit was read"):
        HISTORY.judge(root, "INF 0 commits scanned.")
    with pytest.raises(RuntimeError, match="dubious ownership"):
        HISTORY.judge(root, "1:22AM ERR [git] fatal: detected dubious ownership\nINF 1 commits scanned.")
    with pytest.raises(RuntimeError, match="not a git repository"):
        HISTORY.call(tmp_path, {})
    HISTORY.judge(repository(tmp_path / "empty"), "INF 0 commits scanned.")


def test_reports_name_the_pinned_version(tmp_path: Path) -> None:
    """Go does not stamp it."""
    assert programs.pinned_version("gitleaks") in subprocess.check_output(
        [sys.executable, "-m", "toolchain.programs", "gitleaks", "version"], cwd=HOUSE, text=True
    )
