"""Which engine is used where none is fetched: one on PATH that is recent enough, else one that Go builds."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from toolchain import cache, engine, go_build, releases

ROOT = Path(__file__).parents[2]
GO = """#!{python} -IS
import json, os, pathlib, sys
words = sys.argv[1:]
if words == ["version"]:
    sys.exit(print("go version go{version} linux/amd64"))
seen = {{"arguments": words, "cwd": os.getcwd(), "environment": dict(os.environ)}}
pathlib.Path({log!r}).write_text(json.dumps(seen))
if os.environ.get("GO_FAILS"):
    sys.exit("go: no such module")
target = pathlib.Path(words[words.index("-o") + 1])
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text("#!/bin/sh\\necho built\\n")
target.chmod(0o755)
"""


def script(path: Path, text: str) -> Path:
    """An executable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and an empty PATH, ``bin``."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.fixture
def go(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go on PATH and nothing to fetch; the file is what Go was called with."""
    log = place / "go.json"
    script(
        place / "bin" / "go",
        GO.format(python=sys.executable, log=str(log), version=go_build.go_version(engine.GO_MODULE)),
    )
    monkeypatch.setenv(releases.FROM_SOURCE, "yes")
    return log


def pinned(change: int = 0) -> str:
    """The pinned version with another minor one."""
    major, minor, patch = map(int, engine.pinned_version().split("."))
    return f"{major}.{minor + change}.{patch}"


@pytest.mark.parametrize("says", [f"v{pinned()}", pinned(), f"v{pinned(1)}", "v10.0.0", f"v{pinned(1)}-alpha.1"])
def test_recent_engine_on_path_is_used(place: Path, says: str) -> None:
    """The pinned version or a later one, compared as numbers; nothing is installed or cached."""
    found = script(place / "bin" / "pulumi", f"#!/bin/sh\necho {says}\n")
    assert engine.find() == found
    assert not cache.root().exists()


@pytest.mark.parametrize(
    "program", [f"echo v{pinned(-1)}", "echo v3.99.9", "echo not a version", "exit 1", "echo v9.9.9; exit 1", "true"]
)
def test_other_engines_on_path_are_ignored(place: Path, go: Path, program: str) -> None:
    """One that is too old, fails, or says nothing of use is passed over."""
    script(place / "bin" / "pulumi", f"#!/bin/sh\n{program}\n")
    assert engine.find().is_relative_to(cache.root())
    assert go.exists()


def test_engine_that_cannot_run_is_ignored(place: Path, go: Path) -> None:
    """A file for another processor is passed over."""
    script(place / "bin" / "pulumi", "\x7fELF")
    assert engine.find().is_relative_to(cache.root())


def test_go_builds_where_nothing_is_fetched(go: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The CLI is built from our module, reproducible and static, stamped with the pinned version."""
    assert subprocess.check_output([engine.find()], text=True) == "built\n"
    seen = json.loads(go.read_text())
    assert seen["arguments"][0] == "build"
    assert seen["arguments"][-1] == "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
    assert "-trimpath" in seen["arguments"]
    flags = seen["arguments"][seen["arguments"].index("-ldflags") + 1]
    assert f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={engine.pinned_version()}" in flags
    assert Path(seen["cwd"]) == engine.GO_MODULE
    assert seen["environment"]["CGO_ENABLED"] == "0"
    assert "FROM_SOURCE is set; building from source." in capsys.readouterr().err


def test_failed_build_is_quoted_and_tried_again(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error ends with what Go said; nothing is left that would be taken for an engine."""
    monkeypatch.setenv("GO_FAILS", "1")
    with pytest.raises(RuntimeError, match="go: no such module"):
        engine.find()
    assert not list(cache.root().glob("pulumi-*/bin/pulumi"))
    monkeypatch.delenv("GO_FAILS")
    assert engine.find().is_file()


def test_changed_module_is_built_again(go: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new dependency is another engine; an unchanged module is not."""
    first = engine.find()
    assert engine.find() == first
    module = place / "module"
    module.mkdir()
    for path in engine.GO_MODULE.iterdir():
        (module / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(engine, "GO_MODULE", module)
    assert engine.find() == first
    (module / "go.sum").write_text("other")
    assert engine.find() != first


def test_one_number_moves_sdk_and_engine() -> None:
    """pyproject.toml, the installed SDK and the Go module agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"pulumi=={engine.pinned_version()}" in project["dependencies"]
    module = (engine.GO_MODULE / "go.mod").read_text()
    assert re.findall(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", module) == [engine.pinned_version()]
    assert (
        f"github.com/pulumi/pulumi/pkg/v3 v{engine.pinned_version()} h1:" in (engine.GO_MODULE / "go.sum").read_text()
    )


def test_engine_knows_its_version() -> None:
    """The engine that this machine uses says the pinned version or a later one."""
    said = subprocess.check_output([engine.find(), "version"], text=True)
    found = tuple(int(part) for part in re.findall(r"\d+", said)[:3])
    assert found >= tuple(int(part) for part in engine.pinned_version().split("."))


def test_engine_that_cannot_be_had_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a cold cache and modules out of reach: what could not be had, why, and what to install instead."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(releases.FROM_SOURCE, "yes")
    monkeypatch.setattr(engine.shutil, "which", lambda _: None)

    def unreachable(*_: object, **__: object) -> None:
        raise RuntimeError("Building: go exited with 1:\nmodule lookup disabled by GOPROXY=off")

    monkeypatch.setattr(engine.go_build, "build", unreachable)
    with pytest.raises(RuntimeError, match=r"built from source \(module lookup disabled by GOPROXY=off\)") as refusal:
        engine.find()
    assert str(refusal.value).count("\n") == 0
    assert f"put Pulumi {engine.pinned_version()} or newer on PATH" in str(refusal.value)
