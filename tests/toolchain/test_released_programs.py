"""Which programs have hashes in the tree, of which version, and who takes them."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from tests.toolchain.support.made_up_releases import RELEASED, archive, enter, said
from tests.toolchain.support.release_host import ReleaseHost
from tests.toolchain.test_engine import GO, script
from toolchain import engine, go_build, kubernetes, kubernetes_provider, releases

PROGRAMS: dict[str, tuple[Callable[[], str], Callable[[], Path]]] = {
    "pulumi": (engine.pinned_version, engine.find),
    "pulumi-resource-kubernetes": (lambda: kubernetes_provider.VERSION, kubernetes_provider.find),
    "kube-apiserver": (lambda: kubernetes.pinned_version(kubernetes.KUBERNETES), kubernetes.api_server),
    "kube-controller-manager": (
        lambda: kubernetes.pinned_version(kubernetes.KUBERNETES),
        kubernetes.controller_manager,
    ),
}
"""What pins the version of each program that has an entry, and what finds it."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_finders_take_the_released_one(
    tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Neither Go nor a build is asked for."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    host.files["/it-v1.2.3.tar.gz"] = archive((name, RELEASED))
    path = enter(tmp_path, host, name=name)
    pinned, finder = PROGRAMS[name]
    host.files[f"/it-v{pinned()}.tar.gz"] = host.files["/it-v1.2.3.tar.gz"]
    path.write_text(path.read_text().replace("1.2.3", pinned()))
    monkeypatch.setattr(releases, "DATA", path)
    assert said(finder()) == "released"
    host.files[f"/it-v{pinned()}.tar.gz"] = b"something else"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "second"))
    with pytest.raises(releases.MismatchError, match=f"put {name} {pinned()} on PATH"):
        finder()


def test_engine_is_built_where_its_release_is_out_of_reach(
    tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From its Go module, after one line."""
    version = go_build.go_version(engine.GO_MODULE)
    script(tmp_path / "bin" / "go", GO.format(python=sys.executable, log=str(tmp_path / "go.json"), version=version))
    path = enter(tmp_path, host, name="pulumi")
    path.write_text(path.read_text().replace("1.2.3", engine.pinned_version()))
    monkeypatch.setattr(releases, "DATA", path)
    host.fault = "absent"
    assert said(engine.find()) == "built"
    assert "is out of reach (HTTP Error 404: Not Found); building from source." in capsys.readouterr().err


@pytest.mark.parametrize("name", releases.read())
def test_entry_is_of_the_pinned_version(name: str) -> None:
    """Whoever moves a pin enters the hashes of the new version; until then the program is built from source."""
    pinned, _ = PROGRAMS[name]
    assert releases.read()[name].version == pinned(), f"toolchain/releases.yaml: {name} is not of the pinned version"


def test_entries_name_each_file_once() -> None:
    """With a version in each address that the entry alone states, for machines that this project runs on."""
    files = [(place, file) for entry in releases.read().values() for place, file in entry.files.items()]
    assert {place for place, _ in files} <= {"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}
    assert len({file.hash for _, file in files}) == len({file.url for _, file in files}) == len(files)
    for place, file in files:
        assert "{version}" in file.url
        assert not re.search(r"\d+\.\d+\.\d+", file.url)
        system, _, processor = place.partition("/")
        assert system in file.url
        assert processor in file.url.replace("-x64", "-amd64")


@pytest.mark.parametrize(
    "change",
    [
        {"hash": "sha256:ab"},
        {"hash": "A" * 64},
        {"url": "http://example.com/it"},
        {"url": "file:///etc/passwd"},
        {"md5": "0" * 32},
    ],
    ids=str,
)
def test_malformed_entry_is_refused(data: Path, change: dict[str, str]) -> None:
    """A hash that is none, an address without TLS, a key that nobody reads."""
    content = yaml.safe_load(data.read_text())
    content["it"]["files"][releases.machine()].update(change)
    data.write_text(yaml.safe_dump(content))
    with pytest.raises(ValidationError, match=next(iter(change))):
        releases.read()


@pytest.mark.usefixtures("data")
def test_comparison_of_every_file(host: ReleaseHost, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a file; any that cannot be had or has another hash fails it."""
    assert releases.compare()
    assert capsys.readouterr().out == f"it 1.2.3 {releases.machine()}: has its hash\n"
    host.files["/it-v1.2.3.tar.gz"] += b"!"
    assert not releases.compare()
    assert "is not the file" in capsys.readouterr().out
    host.fault = "absent"
    assert not releases.compare()
    assert "is out of reach" in capsys.readouterr().out
