"""A stack file as the first deployment leaves it passes the hooks that it is committed under; little else does."""

import base64
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lib.yaml_file import ROOT
from tests.reports.scan.support.planted import git, repository

pytestmark = pytest.mark.no_cover
RANDOM = random.Random(20261129)  # noqa: S311 - the same made-up bytes in every run
KMS = b"\x01\x02\x02\x00x"
"""How each ciphertext of KMS begins."""
SEALED = base64.b64encode(KMS + RANDOM.randbytes(179)).decode()
OTHER = base64.b64encode(RANDOM.randbytes(184)).decode()
PROVIDER = "secretsprovider: awskms://alias/nationgraph-state?region=eu-central-1"
FILE = "stacks/Pulumi.dev.yaml"


@pytest.mark.parametrize(
    ("file", "lines", "codes"),
    [
        (FILE, [PROVIDER, f"encryptedkey: {SEALED}"], [0, 0]),
        (FILE, [PROVIDER, f"encryptedkey: {OTHER}"], [1, 1]),
        (FILE, [f"api_key: {SEALED}"], [1, 1]),
        ("stacks/other.yaml", [f"encryptedkey: {SEALED}"], [0, 1]),
    ],
)
def test_hooks(tmp_path: Path, file: str, lines: list[str], codes: list[int]) -> None:
    """detect-secrets, then gitleaks: what KMS has sealed may be read by anybody, and is told by how it begins."""
    root = repository(tmp_path / "planted")
    shutil.copy(ROOT / ".secrets.baseline", root)
    (root / file).parent.mkdir()
    settings = (ROOT / FILE).read_text(encoding="utf-8")
    (root / file).write_text("\n".join([settings, *lines, ""]), encoding="utf-8")
    git(root, "add", ".secrets.baseline", file)
    done = [
        subprocess.run(
            [sys.executable, "-m", f"reports.scan.{module}", *words],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
            timeout=120,
        ).returncode
        for module, words in (("passwords", [file]), ("gitleaks", []))
    ]
    assert done == codes
