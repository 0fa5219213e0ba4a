"""What is slow to make is made once, whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolchain import cache

ROOT = Path(__file__).parents[2]
MAKE = """
import sys, time
from pathlib import Path
from toolchain import cache

def make(folder):
    with Path(sys.argv[1]).open("a") as log:
        log.write("begun\\n")
    (folder / "first").write_text("1")
    time.sleep(float(sys.argv[2]))
    (folder / "last").write_text("2")

print(cache.cached("thing", "abc", make))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "nationgraph-platform"


def maker(log: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that asks for the same thing."""
    command = [sys.executable, "-c", MAKE, str(log), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until a condition holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``$XDG_CACHE_HOME``, else ``~/.cache``."""
    assert cache.root() == tmp_path / "nationgraph-platform"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.root() == tmp_path / "home" / ".cache" / "nationgraph-platform"


def test_uv_is_found_wherever_it_came_from(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`uv run` names its own; then PATH; then the Makefile's, which a hook of git knows nothing of."""
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert cache.uv() is None
    for place in (folder / "uv-1.2.3" / "bin", tmp_path / "bin"):
        place.mkdir(parents=True)
        (place / "uv").touch(mode=0o755)
        assert cache.uv() == str(place / "uv")
    monkeypatch.setenv("UV", "/opt/uv")
    assert cache.uv() == "/opt/uv"


def test_made_once(folder: Path) -> None:
    """The second call finds what the first made; another fingerprint is another folder."""
    calls = []

    def make(path: Path) -> None:
        calls.append(path)
        (path / "it").write_text(str(len(calls)))

    first = cache.cached("thing", "a", make)
    assert first == folder / "thing-a"
    assert cache.cached("thing", "a", make) == first
    assert cache.cached("thing", "b", make) == folder / "thing-b"
    assert [(folder / f"thing-{name}" / "it").read_text() for name in "ab"] == ["1", "2"]


def test_callers_wait_for_each_other(tmp_path: Path) -> None:
    """Three processes that ask at once get the same whole folder, made by one of them."""
    log = tmp_path / "log"
    makers = [maker(log, 0.5) for _ in range(3)]
    paths = {child.communicate(timeout=60)[0].strip() for child in makers}
    assert log.read_text() == "begun\n"
    (path,) = paths
    assert sorted(entry.name for entry in Path(path).iterdir()) == ["first", "last"]


def test_killed_attempt_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    """What a killed process left half done is neither taken for whole nor waited for nor built upon."""
    log = tmp_path / "log"
    child = maker(log, 60)
    wait_for(log.exists)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert not (folder / "thing-abc").exists()
    seen: list[list[Path]] = []
    made = cache.cached("thing", "abc", lambda path: seen.append(list(path.iterdir())))
    assert seen == [[]]
    assert list(made.iterdir()) == []


def test_failed_attempt_is_tried_again(folder: Path) -> None:
    """The error reaches the caller; the next call starts over."""

    def fail(path: Path) -> None:
        (path / "half").touch()
        raise RuntimeError("no network")

    with pytest.raises(RuntimeError, match="no network"):
        cache.cached("thing", "a", fail)
    assert not (folder / "thing-a").exists()
    assert list(cache.cached("thing", "a", lambda _: None).iterdir()) == []


PARTS = st.lists(st.text(max_size=4), max_size=4)


@given(PARTS, PARTS)
@settings(deadline=None)
def test_key_depends_on_every_part(one: list[str], other: list[str]) -> None:
    """Equal parts in equal order, and nothing else, have equal keys: parts do not run into each other."""
    assert (cache.key(*one) == cache.key(*other)) is (one == other)


def test_key_of_text_is_that_of_its_bytes() -> None:
    """Files may be given as they are read; the key is fit for a file name."""
    assert cache.key("ü", "b") == cache.key("ü".encode(), b"b")
    assert cache.key("/", "..").isalnum()


def test_failing_command_is_quoted(tmp_path: Path) -> None:
    """The error names the command, its exit code and the end of what it printed on either stream."""
    program = "import sys; [print(n) for n in range(50)]; print('the reason', file=sys.stderr); sys.exit(3)"
    with pytest.raises(RuntimeError) as error:
        cache.run_shown("Building it", [sys.executable, "-u", "-c", program], cwd=tmp_path, env={})
    lines = str(error.value).splitlines()
    assert lines[0] == f"Building it: {sys.executable} exited with 3:"
    assert lines[1:] == [*map(str, range(31, 50)), "the reason"]


def test_command_runs_where_and_with_what_it_was_given(tmp_path: Path) -> None:
    """Folder and environment are the caller's, nothing else is passed on."""
    program = "import os, pathlib; pathlib.Path('seen').write_text(' '.join({*os.environ} - {'LC_CTYPE'}))"
    cache.run_shown("It", [sys.executable, "-c", program], cwd=tmp_path, env={"ONLY": "1"})
    assert (tmp_path / "seen").read_text() == "ONLY"
