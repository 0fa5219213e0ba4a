"""Packages of functions: the same bytes every time, only what was pinned, and nothing that one platform needs."""

import hashlib
import io
import subprocess
import sys
import zipfile
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest

from layers import lambdas
from layers.functions import FUNCTIONS, package


@pytest.mark.parametrize("name", FUNCTIONS)
def test_same_bytes_each_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the clock, the folder's order, file dates nor compiled files change a package."""
    first = package(name)
    copy = tmp_path / "lambdas"
    for path in sorted(lambdas.FOLDER.rglob("*"), reverse=True):
        if path.is_file() and path.suffix != ".pyc":
            target = copy / path.relative_to(lambdas.FOLDER)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (copy / name / "__pycache__").mkdir(exist_ok=True)
    (copy / name / "__pycache__" / "handler.cpython-313.pyc").write_bytes(b"compiled")
    monkeypatch.setattr(lambdas, "FOLDER", copy)
    assert hashlib.sha256(package(name)).hexdigest() == hashlib.sha256(first).hexdigest()


def test_every_function_is_declared_and_holds_the_kit() -> None:
    """A folder with a handler has a row; its zip has that folder and the kit, and no other function."""
    assert set(FUNCTIONS) == {path.parent.name for path in lambdas.FOLDER.glob("*/handler.py")} - {lambdas.KIT}
    for name in FUNCTIONS:
        with zipfile.ZipFile(io.BytesIO(package(name))) as archive:
            folders = {path.split("/")[1] for path in archive.namelist() if path.startswith("lambdas/")}
        assert folders == {"__init__.py", lambdas.KIT, name}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_entries_are_plain(name: str) -> None:
    """Sorted, dated 1980, readable by all, and of text and Python only: no library of one machine's architecture."""
    with zipfile.ZipFile(io.BytesIO(package(name))) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {lambdas.EPOCH}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    suffixes = {Path(entry.filename).suffix for entry in entries}
    assert not suffixes & {".so", ".dylib", ".pyd", ".pyc", ".sql", ".md"}
    assert sum(entry.file_size for entry in entries) < 5 * 2**20


@pytest.mark.parametrize("name", FUNCTIONS)
def test_handler_starts_from_the_package_alone(name: str, tmp_path: Path) -> None:
    """In a process that sees the zip and boto3's own folder, and nothing of this repository."""
    path = tmp_path / "function.zip"
    path.write_bytes(package(name))
    module = lambdas.handler(name).rpartition(".")[0]
    code = f"import sys; sys.path.insert(0, {str(path)!r}); import {module} as m; print(m.handler, m.__file__)"
    site = Path(str(distribution("boto3").locate_file("")))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(site)!r}); {code}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    assert str(path) in ran.stdout


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_needed_is_left_out(name: str) -> None:
    """What a distribution requires without an extra is in the list too."""
    listed = FUNCTIONS[name].requires
    needed = {
        text.split(";")[0].split("[")[0].split(" ")[0].rstrip("<>=!~.0123456789").lower()
        for distribution_ in listed
        for text in requires(distribution_) or ()
        if "extra ==" not in text and "python_version <" not in text
    }
    assert needed <= set(listed)


def test_a_changed_dependency_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not the one of its wheel never reaches AWS."""
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: real(path) + (b"#" if path.name == "six.py" else b""))
    with pytest.raises(ValueError, match=r"six: six.py is not what its wheel recorded; delete .venv"):
        lambdas._installed(distribution("six"))


def test_a_compiled_dependency_is_refused() -> None:
    """It would start here and fail on Lambda's arm64."""
    with pytest.raises(ValueError, match=r"cryptography: its wheel is built for one platform"):
        lambdas._installed(distribution("cryptography"))


def test_code_is_cached_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive is a file whose name tells its content; a second call writes nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    content = package("secret_watch")
    path = Path(lambdas.archive("secret_watch", content).path)
    assert path.read_bytes() == content
    before = path.stat().st_mtime_ns
    assert lambdas.archive("secret_watch", content).path == str(path)
    assert path.stat().st_mtime_ns == before
