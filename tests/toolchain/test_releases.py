"""A released program is run only where its hash is the one in the tree; out of reach it is built, tampered with it is not."""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from tests.e2e.support.certificates import Authority
from tests.toolchain.support.release_host import FAULTS, Proxy, ReleaseHost
from tests.toolchain.test_engine import GO, script
from toolchain import cache, download, engine, go_build, kubernetes, kubernetes_provider, releases

ROOT = Path(__file__).parents[2]
RELEASED = b"#!/bin/sh\necho released\n"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", *download.BUNDLES)


def archive(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    """A .tar.gz of files, and of what is no file."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as opened:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                opened.addfile(member)
                continue
            entry = tarfile.TarInfo(member[0])
            entry.size = len(member[1])
            opened.addfile(entry, io.BytesIO(member[1]))
    return content.getvalue()


def link(name: str, target: str) -> tarfile.TarInfo:
    """A symbolic link in an archive."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    return entry


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that is trusted, on a machine with an empty cache, an empty PATH and no proxy."""
    for name in (*PROXIES, *map(str.upper, PROXIES), *TRUST, releases.FROM_SOURCE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


@pytest.fixture
def host(authority: Authority) -> Iterator[ReleaseHost]:
    """A host with one archive, that of ``it`` 1.2.3."""
    opened = ReleaseHost(authority, {"/it-v1.2.3.tar.gz": archive(("it/README.md", b"#"), ("it/it", RELEASED))})
    yield opened
    opened.close()


def enter(folder: Path, host: ReleaseHost, path: str = "/it-v{version}.tar.gz", name: str = "it") -> Path:
    """A data file with one entry for this machine, whose hash is that of what the host has now."""
    content = host.files[path.format(version="1.2.3")]
    file = {"url": f"{host.url}{path}", "sha256": hashlib.sha256(content).hexdigest()}
    entry = {"version": "1.2.3", "published": "the test that made it up", "files": {releases.machine(): file}}
    data = folder / "releases.yaml"
    data.write_text(yaml.safe_dump({name: entry}))
    return data


@pytest.fixture
def data(tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The entry of ``it``."""
    path = enter(tmp_path, host)
    monkeypatch.setattr(releases, "DATA", path)
    return path


def source(name: str = "it") -> cache.Product:
    """The build of a program, by the key ``source``."""

    def make(folder: Path) -> None:
        script(folder / name, "#!/bin/sh\necho built\n")

    return cache.Product(name=name, fingerprint="source", program=name, make=make)


def said(program: Path) -> str:
    """What a program prints."""
    return subprocess.check_output([program], text=True).strip()


def find(version: str = "1.2.3") -> str:
    """What the program that is found prints."""
    return said(releases.program("it", version, source()))


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
    """One sentence says which file, both hashes and what to do; nothing of it is left, and the right one is taken later."""
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


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("fault", FAULTS)
def test_host_that_does_not_deliver(
    host: ReleaseHost, fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program is built, one line says why, and the next that asks takes what was built."""
    monkeypatch.setattr(download, "SILENCE", 0.5)
    host.fault = fault
    assert find() == "built"
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert re.fullmatch(rf"it 1\.2\.3: {host.url}/\S+ is out of reach \(.+\); building from source\.", line)
    asked = len(host.asked)
    assert find() == "built"
    assert len(host.asked) == asked


@pytest.mark.usefixtures("data")
def test_host_that_is_gone(host: ReleaseHost, capsys: pytest.CaptureFixture[str]) -> None:
    """A connection that is refused, as without a network."""
    host.close()
    assert find() == "built"
    assert "refused); building from source." in capsys.readouterr().err


@pytest.mark.usefixtures("data")
def test_host_that_nobody_vouches_for(
    tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asked of it; the line says that its certificate is the reason."""
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "other").certificate))
    assert find() == "built"
    assert host.asked == []
    assert "CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().err


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("variable", download.BUNDLES)
def test_authorities_are_those_of_pip(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Its variables count before OpenSSL's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "other").certificate))
    monkeypatch.setenv(variable, str(authority.certificate))
    assert find() == "released"


@pytest.mark.usefixtures("data")
def test_proxy_is_asked(host: ReleaseHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the environment, except for hosts that are to be reached without."""
    proxy = Proxy()
    monkeypatch.setenv("https_proxy", proxy.url)
    assert find() == "released"
    assert proxy.asked == [host.url.removeprefix("https://")]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", "again", prepend="/")
    assert len(proxy.asked) == 1
    proxy.close()


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
    ("variable", "version", "machine", "why"),
    [
        ("", "1.2.4", "", "releases.yaml has 1.2.3, enter the hashes of the pinned version"),
        ("", "1.2.3", "plan9/mips", "releases.yaml has none for plan9/mips"),
        ("yes", "1.2.3", "", "FROM_SOURCE is set"),
    ],
)
def test_entry_that_is_not_used(
    host: ReleaseHost,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    version: str,
    machine: str,
    why: str,
) -> None:
    """Of another version, for other machines, or not wanted: it is built, and the line says why."""
    monkeypatch.setenv(releases.FROM_SOURCE, variable)
    if machine:
        monkeypatch.setattr(releases, "machine", lambda: machine)
    assert find(version) == "built"
    assert host.asked == []
    assert capsys.readouterr().err == f"it {version}: {why}; building from source.\n"


@pytest.mark.usefixtures("data")
def test_program_without_an_entry_is_built(host: ReleaseHost, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to say."""
    assert said(releases.program("other", "1.0.0", source("other"))) == "built"
    assert host.asked == []
    assert capsys.readouterr().err == ""


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
    assert len({file.sha256 for _, file in files}) == len({file.url for _, file in files}) == len(files)
    for place, file in files:
        assert "{version}" in file.url
        assert not re.search(r"\d+\.\d+\.\d+", file.url)
        system, _, processor = place.partition("/")
        assert system in file.url
        assert processor in file.url.replace("-x64", "-amd64")


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "ab"},
        {"sha256": "A" * 64},
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
