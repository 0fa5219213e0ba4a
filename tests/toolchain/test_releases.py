"""A released program is run only where its hash is the one in the tree."""

import hashlib
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toolchain.support.made_up_releases import RELEASED, archive, enter, find, link, said, source
from tests.toolchain.support.release_host import ReleaseHost
from toolchain import releases

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("data")
def test_released_program_is_fetched_once(host: ReleaseHost, capsys: pytest.CaptureFixture[str]) -> None:
    """It is the program of the archive and nothing else of it, and stays in the cache; nothing is said."""
    first = releases.program("it", "1.2.3", source())
    assert said(first) == "released"
    assert [path.name for path in first.parent.iterdir()] == ["it"]
    assert releases.program("it", "1.2.3", source()) == first
    assert host.asked == ["/it-v1.2.3.tar.gz"]
    assert "building" not in capsys.readouterr().err


@pytest.mark.usefixtures("data")
def test_built_program_of_the_cache_is_taken(host: ReleaseHost) -> None:
    """Who has built it needs no other."""
    source().get()
    assert find() == "built"
    assert host.asked == []


def test_program_without_an_archive(tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some hosts release the program itself, behind an address that leads to another one."""
    host.files["/v1.2.3/it"], host.moved["/v1.2.3/it"] = RELEASED, f"{host.url}/mirror/it"
    monkeypatch.setattr(releases, "DATA", enter(tmp_path, host, "/v{version}/it"))
    host.files["/mirror/it"] = RELEASED
    assert find() == "released"
    assert host.asked == ["/v1.2.3/it", "/mirror/it"]


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "change", [lambda old: old + b" ", lambda old: old[:-1] + b"!", lambda _: b"<html>Sign in</html>"]
)
def test_wrong_bytes_are_refused_and_nothing_is_built(
    host: ReleaseHost, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """One sentence says which file, both hashes and what to do; nothing of it is left. Later the right one is taken."""
    right = host.files["/it-v1.2.3.tar.gz"]
    host.files["/it-v1.2.3.tar.gz"] = changed = change(right)
    with pytest.raises(releases.MismatchError) as refusal:
        find()
    message = str(refusal.value)
    assert f"{host.url}/it-v1.2.3.tar.gz is not the file that toolchain/releases.yaml names" in message
    assert hashlib.sha256(right).hexdigest() in message
    assert hashlib.sha256(changed).hexdigest() in message
    assert "FROM_SOURCE=yes or put it 1.2.3 on PATH" in message
    assert "\n" not in message
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    host.files["/it-v1.2.3.tar.gz"] = right
    assert find() == "released"


@pytest.mark.parametrize(
    "members",
    [
        [("it/README.md", b"#")],
        [("it/it", RELEASED), ("other/it", RELEASED)],
        [link("it/it", "/bin/sh")],
        [("it/it/deeper", RELEASED)],
    ],
    ids=["none", "two", "a link", "a folder"],
)
def test_archive_without_the_program(
    tmp_path: Path,
    host: ReleaseHost,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    members: list[tuple[str, bytes] | tarfile.TarInfo],
) -> None:
    """The entry is wrong, not the host: the program is built, and the line says what the archive holds."""
    host.files["/it-v1.2.3.tar.gz"] = archive(*members)
    monkeypatch.setattr(releases, "DATA", enter(tmp_path, host))
    assert find() == "built"
    assert re.search(r"archive holds [02] files called it where one is expected; building", capsys.readouterr().err)


@pytest.mark.parametrize("content", [b"no archive", archive(("it", RELEASED * 9))[:-20]], ids=["text", "cut"])
def test_archive_that_cannot_be_read(
    tmp_path: Path,
    host: ReleaseHost,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
) -> None:
    """As above."""
    host.files["/it-v1.2.3.tar.gz"] = content
    monkeypatch.setattr(releases, "DATA", enter(tmp_path, host))
    assert find() == "built"
    assert "archive cannot be read (" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../../../../outside/it", "{tmp}/outside/it", "./it", "it"])
def test_paths_of_an_archive_do_not_count(
    tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The content goes to its place in the cache, wherever the archive wants it, and through no link that it brings."""
    members = [link("outside", str(tmp_path)), link("bin", str(tmp_path)), (name.format(tmp=tmp_path), RELEASED)]
    host.files["/it-v1.2.3.tar.gz"] = archive(*members)
    monkeypatch.setattr(releases, "DATA", enter(tmp_path, host))
    assert find() == "released"
    outside = [path for path in tmp_path.rglob("it") if not path.is_relative_to(tmp_path / "cache")]
    assert outside == []


ASK = """
import sys
from pathlib import Path
from toolchain import cache, releases

releases.DATA = Path(sys.argv[1])
built = cache.Product(name="it", fingerprint="source", program="it", make=lambda _: sys.exit("built"))
print(releases.program("it", "1.2.3", built))
"""


def test_processes_that_ask_at_once(host: ReleaseHost, data: Path) -> None:
    """One fetches, the others wait for it and take the same."""
    host.delay = 0.5
    command = [sys.executable, "-c", ASK, str(data)]
    asking = [subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) for _ in range(3)]
    found = {child.communicate(timeout=60)[0].strip() for child in asking}
    assert [child.returncode for child in asking] == [0, 0, 0]
    (path,) = found
    assert said(Path(path)) == "released"
    assert host.asked == ["/it-v1.2.3.tar.gz"]


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("version", "machine", "why"),
    [
        ("1.2.4", "linux/amd64", "releases.yaml has 1.2.3, enter the hashes of the pinned version"),
        ("1.2.3", "plan9/mips", "releases.yaml has none for plan9/mips"),
    ],
)
def test_entry_that_is_not_used(
    host: ReleaseHost,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    version: str,
    machine: str,
    why: str,
) -> None:
    """Of another version or for other machines: it is built, and the line says why."""
    monkeypatch.setattr(releases, "machine", lambda: machine)
    assert find(version) == "built"
    assert host.asked == []
    assert capsys.readouterr().err == f"it {version}: {why}; building from source.\n"


@pytest.mark.usefixtures("data")
def test_nothing_is_fetched_for_who_wants_none(
    host: ReleaseHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor taken from the cache, where it was fetched before."""
    assert find() == "released"
    monkeypatch.setenv(releases.FROM_SOURCE, "yes")
    assert find() == "built"
    assert host.asked == ["/it-v1.2.3.tar.gz"]
    assert capsys.readouterr().err == "it 1.2.3: FROM_SOURCE is set; building from source.\n"


@pytest.mark.usefixtures("data")
def test_program_without_an_entry_is_built(host: ReleaseHost, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to say."""
    assert said(releases.program("other", "1.0.0", source("other"))) == "built"
    assert host.asked == []
    assert capsys.readouterr().err == ""
