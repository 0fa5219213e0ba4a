"""Released programs, fetched in place of a build and used only where their hash is the one in ``releases.yaml``."""

import os
import platform
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

from toolchain import cache
from toolchain.download import UnavailableError, download

DATA = Path(__file__).with_suffix(".yaml")
FROM_SOURCE = "FROM_SOURCE"
"""The variable that, set to anything, has everything built and nothing fetched from ``releases.yaml``."""
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""What machines call themselves, where that is not the name in ``releases.yaml``."""


class MismatchError(RuntimeError):
    """A file came that is not the released one. Nothing is built in its place: that would hide an attack."""


class File(BaseModel):
    """What one platform runs: a program, or a .tar.gz that holds one of that name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, StringConstraints(pattern=r"^https://[\w.-]+(:\d+)?/[\w./{}-]+$")]
    hash: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class Release(BaseModel):
    """One version of a program, for each platform, and where its hashes were published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    published: Annotated[str, StringConstraints(min_length=20)]
    files: Mapping[str, File]


def read() -> Mapping[str, Release]:
    """Every entry, by the program's name. ValidationError where the file has another form."""
    return TypeAdapter(dict[str, Release]).validate_python(yaml.safe_load(DATA.read_text(encoding="utf-8")))


def machine() -> str:
    """How ``releases.yaml`` names this machine: ``linux/amd64``."""
    return f"{sys.platform}/{ARCHITECTURES.get(platform.machine(), platform.machine())}"


def program(name: str, version: str, built: cache.Product) -> Path:
    """The executable of a version: out of the cache, released or built; else the released one; else ``built``, anew.

    What keeps the released one from being used is said in one line.

    Raises:
        MismatchError: the released file came with another hash; nothing of it was unpacked.
        RuntimeError: it could not be built either.

    """
    fetched, why = _fetched(name, version)
    found = (fetched and fetched.present()) or built.present()
    if found:
        return found
    if fetched:
        try:
            return fetched.get()
        except UnavailableError as error:
            why = str(error)
    if why:
        cache.console.print(f"{name} {version}: {why}; building from source.", highlight=False, soft_wrap=True)
    return built.get()


def _fetched(name: str, version: str) -> tuple[cache.Product | None, str]:
    """The released program, or why there is none to fetch; nothing where there never is one."""
    if os.environ.get(FROM_SOURCE):
        return None, f"{FROM_SOURCE} is set"
    release = read().get(name)
    if release is None:
        return None, ""
    if release.version != version:
        return None, f"{DATA.name} has {release.version}, enter the hashes of the pinned version"
    file = release.files.get(machine())
    if file is None:
        return None, f"{DATA.name} has none for {machine()}"

    def make(folder: Path) -> None:
        (folder / "bin").mkdir()
        fetch(name, release, file, folder / "bin" / name)

    key = cache.key(version, file.url, file.hash)
    return cache.Product(name=f"{name}-released", fingerprint=key, program=f"bin/{name}", make=make), ""


def fetch(name: str, release: Release, file: File, target: Path) -> None:
    """Write the executable, once its file has arrived whole and with the right hash.

    Raises:
        MismatchError: it has another hash.
        UnavailableError: it cannot be had, or is no archive that holds the program.

    """
    url = file.url.format(version=release.version)
    archive = target.with_name(f"{name}.download")
    digest = download(url, archive, f"Fetching {name} {release.version}")
    if digest != file.hash:
        archive.unlink()
        raise MismatchError(
            f"{url} is not the file that toolchain/{DATA.name} names: its hash is {digest} where {file.hash} is "
            f"expected, so that it was thrown away; try another network, tell the platform team if it stays, and set "
            f"{FROM_SOURCE}=yes or put {name} {release.version} on PATH to go on without it"
        )
    if url.endswith(".tar.gz"):
        _unpack(archive, name, target)
        archive.unlink()
    else:
        archive.rename(target)
    target.chmod(0o755)


def _unpack(archive: Path, name: str, target: Path) -> None:
    """The one regular file called ``name``, in whatever folder, by its content alone: no path of the archive counts."""
    try:
        with tarfile.open(archive) as opened:
            members = [member for member in opened if member.isreg() and PurePosixPath(member.name).name == name]
            if len(members) != 1:
                raise UnavailableError(f"its archive holds {len(members)} files called {name} where one is expected")
            with opened.extractfile(members[0]) as source, target.open("wb") as file:  # type: ignore[union-attr]
                shutil.copyfileobj(source, file)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise UnavailableError(f"its archive cannot be read ({error})") from error


def compare() -> bool:
    """Fetch every file of every entry, print what became of it, and whether all have their hash."""
    right = True
    with tempfile.TemporaryDirectory() as folder:
        for name, release in read().items():
            for place, file in release.files.items():
                try:
                    fetch(name, release, file, Path(folder) / name)
                    outcome = "has its hash"
                except (MismatchError, UnavailableError) as error:
                    outcome, right = str(error), False
                print(f"{name} {release.version} {place}: {outcome}")  # noqa: T201 - its output is its purpose
    return right


if __name__ == "__main__":
    sys.exit(0 if compare() else 1)
