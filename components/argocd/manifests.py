"""The manifests that Argo CD's makers publish for high availability, word for word, of one pinned version.

``install.yaml.xz`` holds the file ``manifests/ha/install.yaml`` of the release, which is also in the Go module that
the sandbox's Argo CD is built from. Packed, because nobody reads 27,000 lines that others wrote.
"""

import hashlib
import lzma
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

VERSION: Final = "3.2.11"
SHA256: Final = "6f2ecbca976d88c2a615c019205df4c461119ef0f8a7dbc591c00fa10d045fdc"  # pragma: allowlist secret
"""Of the unpacked file. Source: https://github.com/argoproj/argo-cd/tree/v3.2.11/manifests/ha."""
FILE: Final = Path(__file__).parent / "install.yaml.xz"
Manifest = Mapping[str, Any]


def content(file: Path = FILE) -> bytes:
    """The unpacked file. ValueError where it is not the one that is pinned."""
    found = lzma.decompress(file.read_bytes())
    digest = hashlib.sha256(found).hexdigest()
    if digest != SHA256:
        raise ValueError(
            f"{file}: SHA-256 is {digest}, must be {SHA256}, of Argo CD {VERSION}; "
            "put the file of that release there, packed by `xz -9`, or change version and SHA-256"
        )
    return found


@cache
def manifests() -> tuple[Manifest, ...]:
    """Every object of the release, in its order. They are shared: copy what is changed."""
    return tuple(yaml.load_all(content(), Loader=yaml.CSafeLoader))
