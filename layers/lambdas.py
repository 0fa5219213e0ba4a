"""The zips of ``lambdas/``: the same bytes from the same sources, on every machine.

Dependencies are taken from this environment, which ``uv.lock`` pins with hashes: each file must be the one that its
wheel recorded, and the wheel must be pure Python, so that it runs on Lambda's arm64 as it does here. Entries are
sorted, dated 1980 and stored uncompressed, because compressors differ between versions of zlib.
"""

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from importlib.metadata import Distribution, PackagePath, distribution
from pathlib import Path
from typing import Final

import pulumi

FOLDER: Final = Path(__file__).resolve().parent.parent / "lambdas"
KIT: Final = "kit"
"""What functions share, packed into each."""
SUFFIXES: Final = (".py", ".pem")
"""What a function's folder gives to its zip; documents and what is run elsewhere stay behind."""
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can state."""


def handler(name: str) -> str:
    """The entry point of a function: its folder is a package of the zip."""
    return f"{FOLDER.name}.{name}.handler.handler"


def build(name: str, requires: Sequence[str]) -> bytes:
    """The zip of one function: its folder, the kit, and what each of ``requires`` installs.

    Raises:
        ValueError: a dependency is not pure Python, or a file of it is not what its wheel recorded.

    """
    files = {
        path.relative_to(FOLDER.parent).as_posix(): path.read_bytes()
        for folder in (FOLDER / name, FOLDER / KIT)
        for path in (FOLDER / "__init__.py", *folder.rglob("*"))
        if path.suffix in SUFFIXES
    }
    for required in requires:
        files |= _installed(distribution(required))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system = 3  # Unix, on whatever system this runs
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _installed(installed: Distribution) -> dict[str, bytes]:
    name = installed.metadata["Name"]
    if "Root-Is-Purelib: true" not in (installed.read_text("WHEEL") or ""):
        raise ValueError(f"{name}: its wheel is built for one platform, which need not be Lambda's; find a pure one")
    files = {}
    for path in installed.files or ():
        if ".." in path.parts or path.suffix == ".pyc" or path.name in ("RECORD", "INSTALLER", "REQUESTED"):
            continue  # scripts, and what the installer adds
        files[path.as_posix()] = _checked(name, path)
    return files


def _checked(name: str, path: PackagePath) -> bytes:
    content = Path(str(path.locate())).read_bytes()
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    if path.hash is None or (path.hash.mode, path.hash.value) != ("sha256", digest):
        raise ValueError(f"{name}: {path} is not what its wheel recorded; delete .venv and install again")
    return content


def archive(name: str, content: bytes) -> pulumi.FileArchive:
    """A zip as an asset in the user's cache folder; the engine compares its content and not its path."""
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nationgraph-platform" / "lambdas"
    path = cached / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    if not path.exists():
        cached.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(content)
        partial.rename(path)
    return pulumi.FileArchive(str(path))
