"""Whose rules judge a run: those of this tree, or of another one, so that nobody judges a change by rules it brings."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from cli.run import engine
from cli.target import PACK, ROOT, Target, TargetError

DEPLOYED = "deployed"
"""What ``POLICY`` says where the rules are those of the commit that was deployed last."""
READ = ("policy", "lib", "models/__init__.py", "models/people.py", "models/roadmap", "roadmap", "catalog/access.yaml")
"""The files of a tree by which its pack judges: rules and what they import, due dates, waivers, who may approve one."""
_SUFFIXES = (".py", ".yaml")


def pack(target: Target, policy: str) -> tuple[str, ...]:
    """The engine's arguments for the pack that judges: of the folder ``policy``, of this tree where it is empty.

    Raises:
        TargetError: there is no pack, or the commit that was deployed last cannot be had.

    """
    if not policy:
        return PACK
    folder = _of_deployed(target) if policy == DEPLOYED else Path(policy).resolve()
    if folder is None:
        return PACK
    if not (folder / "policy" / "PulumiPolicy.yaml").is_file():
        raise TargetError(
            f"POLICY={policy}: {folder / 'policy'} holds no policy pack; check out there the branch that the change "
            f"goes to, or write {DEPLOYED}"
        )
    return PACK[0], str(folder / "policy")


def brings_rules(chosen: tuple[str, ...]) -> bool:
    """Whether this tree's rules, due dates or waivers are other ones than those of the pack that judges."""
    return chosen != PACK and fingerprint(Path(chosen[1]).parent) != fingerprint(ROOT)


def fingerprint(root: Path) -> str:
    """A hash of all by which the pack of a tree judges, names and contents."""
    whole = hashlib.sha256()
    for path in sorted(_files(root)):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in READ:
        path = root / name
        yield from (
            (file for file in path.rglob("*") if file.suffix in _SUFFIXES)
            if path.is_dir()
            else ([path] if path.is_file() else [])
        )


def _of_deployed(target: Target) -> Path | None:
    """A copy of the tree that was deployed last, as far as this branch has it; None before the first deployment."""
    said = engine(target, "stack", "history", "--stack", target.stack, "--json", "--page-size", "100")
    if said.returncode:
        raise TargetError(f"POLICY={DEPLOYED}: the history of {target.stack} cannot be read: {said.stderr.strip()}")
    updates = json.loads(said.stdout or "[]") or []
    done = [update for update in updates if update.get("kind") == "update" and update.get("result") == "succeeded"]
    if not done:
        return None
    last = str((done[0].get("environment") or {}).get("git.head") or "")
    if not last:
        raise TargetError(
            f"POLICY={DEPLOYED}: the last deployment of {target.stack} names no commit, because it was made outside "
            "of a clone; give a folder with the rules instead"
        )
    # What somebody deployed from another branch counts as far as this branch has it: the rest was never merged.
    commit = _git("merge-base", last, "HEAD", fix=f"{last} was deployed last; fetch the whole history").decode().strip()
    folder = target.folder / "rules"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, fix=""))) as tree:
        tree.extractall(folder, filter="data")
    return folder


def _git(*arguments: str, fix: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise TargetError(f"POLICY={DEPLOYED}: there is no git on PATH; install it") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "there is no such commit"
        raise TargetError(f"POLICY={DEPLOYED}: git {arguments[0]}: {said}" + (f"; {fix}" if fix else ""))
    return done.stdout
