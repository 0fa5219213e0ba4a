"""``python -m reports.scan.passwords FILES``: detect-secrets as a hook that only fails for a secret.

Its own hook rewrites the baseline, and fails, whenever a line above a known finding was added: on every second change,
and in conflict with everybody else's. Findings are known by file and hash, so here it may write to a copy. Of YAML it
reads the values alone: comments are given to it as files of text with the same lines.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

BASELINE = ".secrets.baseline"
LINES_MOVED = 3
"""The exit code of detect-secrets that says no more than that."""
YAML = frozenset({".yaml", ".yml"})
TEXT = ".comments.txt"


def main(files: Sequence[str]) -> int:
    """1 if a file holds what looks like a secret and is not in the baseline, which is named but not shown; else 0.

    File and line are named.
    """
    hook = Path(sys.executable).parent / "detect-secrets-hook"
    with tempfile.TemporaryDirectory() as folder:
        baseline = shutil.copy(BASELINE, folder)
        code = subprocess.run([hook, "--baseline", baseline, *files], check=False, timeout=600).returncode
        comments = list(_comments(files, Path(folder)))
        if comments and code in (0, LINES_MOVED):
            done = subprocess.run(
                [hook, *comments], cwd=folder, check=False, timeout=600, capture_output=True, text=True
            )
            sys.stdout.write(done.stdout.replace(TEXT, ""))
            code = done.returncode
    return 0 if code == LINES_MOVED else code


def _comments(files: Sequence[str], folder: Path) -> Iterator[str]:
    """The comments of each YAML file, where they stand in it, as a file of text in ``folder``."""
    for file in files:
        if Path(file).suffix not in YAML:
            continue
        lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
        found = [line.partition("#")[2] for line in lines]
        if any(found):
            # An absolute path would lead out of the folder.
            name = f"{file.lstrip('/')}{TEXT}"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("\n".join(found) + "\n", encoding="utf-8")
            yield name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
