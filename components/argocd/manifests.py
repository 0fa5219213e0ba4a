"""The manifests that Argo CD's makers publish for high availability, object for object, of one pinned version.

``install.json.xz`` holds the objects of the file ``manifests/ha/install.yaml`` of the release, which is also in the Go
module that the sandbox's Argo CD is built from. As JSON, because every preview reads them: the YAML of 27,000 lines
took half of the time in which the program declares its resources. ``python -m components.argocd.manifests
install.yaml`` writes it for another release.
"""

import hashlib
import json
import lzma
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

VERSION: Final = "3.2.11"
SHA256: Final = "b8f1e4d7eb99f44a89247b0ac1fea286ef15a7892c11dc38ef2e725f35eb15bc"  # pragma: allowlist secret
"""Of the unpacked file. Source: https://github.com/argoproj/argo-cd/tree/v3.2.11/manifests/ha."""
FILE: Final = Path(__file__).parent / "install.json.xz"
Manifest = Mapping[str, Any]


def as_json(release: bytes) -> bytes:
    """What the unpacked file holds where ``release`` is the makers' YAML."""
    import yaml  # noqa: PLC0415 - a preview does without it

    return json.dumps(list(yaml.safe_load_all(release)), separators=(",", ":")).encode()


def content(file: Path = FILE) -> bytes:
    """The unpacked file. ValueError where it is not the one that is pinned."""
    found = lzma.decompress(file.read_bytes())
    digest = hashlib.sha256(found).hexdigest()
    if digest != SHA256:
        raise ValueError(
            f"{file}: SHA-256 is {digest}, must be {SHA256}, of Argo CD {VERSION}; write the file anew from that "
            "release's install.yaml by `python -m components.argocd.manifests`, or change version and SHA-256"
        )
    return found


@cache
def manifests() -> tuple[Manifest, ...]:
    """Every object of the release, in its order. They are shared: copy what is changed."""
    return tuple(json.loads(content()))


if __name__ == "__main__":
    FILE.write_bytes(lzma.compress(as_json(Path(sys.argv[1]).read_bytes()), preset=9))
