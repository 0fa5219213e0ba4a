"""The first deployment of a stack's account: with a state on this machine, which then moves into the account itself.

The bucket and the key of the state are made by the stack. Each step looks whether it is done, so that whatever was
interrupted goes on when it is run again:

1. a local backend, sealed by a random passphrase that nobody sees and that is thrown away with it;
2. the deployment;
3. the local state is sealed by the account's key, so that the passphrase never seals anything in the bucket;
4. the bucket gets the stack, and its state in one object;
5. the stack file gets the secrets provider, and the local backend is removed.
"""

import secrets
import shutil
from pathlib import Path

import yaml

from cli.backend import bare_project, secrets_provider, state_key, stored
from cli.bootstrap.site import Site, held, provider_of
from cli.locks import unlock
from cli.phases import phase
from cli.run import engine
from cli.target import ROOT, Target
from lib.printable import one_line
from reports.state import Deployment
from sandbox import files
from stacks.files import ENGINE_KEYS

SEALED = "sealed"
"""The folder of a project whose stack file holds the secrets provider, before the stack's own file does."""


class BootstrapError(RuntimeError):
    """The first deployment cannot go on; the message says why, and what to do before it is run again."""


def sealed(at: Site) -> bool:
    """Whether the deployment is done, and its local state sealed by the account's key: the move alone is left."""
    return bool(provider_of(held(at.own, at.stack)))


def prepare(at: Site) -> None:
    """Make the local backend ready, where it is not.

    Raises:
        BootstrapError: it was begun elsewhere, or its passphrase is gone.

    """
    if at.emulated:
        return  # the sandbox has one
    unlock(at.local)
    state = stored(at.own, at.stack) or {}
    begun = any(state.get(part) for part in ("resources", "pending_operations"))
    if not begun and at.bucket.exists():
        raise BootstrapError(
            f"{at.bucket.name} exists, and neither it nor {at.folder} holds a state of {at.stack}: the first "
            "deployment was begun by somebody else or on another machine; run it there again, or bring that folder "
            f"here. Where the bucket held the state before, `make restore STACK={at.stack}` brings it back"
        )
    passphrase = at.folder / "passphrase"
    if begun and not passphrase.exists():
        raise BootstrapError(
            f"{passphrase} is gone, and the state in {at.folder} is sealed with it; bring it back, or the whole "
            "folder from a backup"
        )
    salt = _salt(state) if begun else _made(at, passphrase)
    settings = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{at.stack}.yaml").read_text())
    kept = {key: value for key, value in settings.items() if key not in ENGINE_KEYS}
    files.write(at.folder / f"Pulumi.{at.stack}.yaml", yaml.safe_dump({**kept, "encryptionsalt": salt}))


def _made(at: Site, passphrase: Path) -> str:
    """A backend with the stack in it, anew: what an interrupted run left of one holds nothing. The salt of its seal."""
    discard(at)
    at.folder.mkdir(parents=True, mode=0o700)
    files.write(passphrase, secrets.token_urlsafe(32))
    (at.folder / "backend").mkdir()
    project = bare_project(at.folder / "init")
    _call(at.local, "stack", "init", at.stack, "--secrets-provider", "passphrase", program=project)
    return str(yaml.safe_load((project / f"Pulumi.{at.stack}.yaml").read_text())["encryptionsalt"])


def _salt(state: Deployment) -> str:
    found = state.get("secrets_providers")
    return str(found["state"]["salt"]) if isinstance(found, dict) else ""


def move(at: Site) -> None:
    """Seal the local state with the account's key, and put it into the bucket; what is done is not done again.

    Raises:
        BootstrapError: the engine refused; nothing is lost, the local state is still there.

    """
    project, provider = bare_project(at.folder / SEALED), secrets_provider(at.account)
    path = project / f"Pulumi.{at.stack}.yaml"
    if provider_of(held(at.own, at.stack)).get("secretsprovider") != provider or not path.exists():
        with phase("Sealing the state with the account's key"):
            unlock(at.local)
            _call(at.local, "stack", "change-secrets-provider", provider, "--stack", at.stack, program=project)
    with phase(f"Moving the state to {at.bucket.name}"):
        unlock(at.remote)
        exported = at.folder / "moving.json"
        files.write(exported, _call(at.local, "stack", "export", "--stack", at.stack, program=project))
        if at.bucket.read(state_key(at.stack)) is None:
            _call(at.remote, "stack", "init", at.stack, "--secrets-provider", provider, program=project)
        _call(at.remote, "stack", "import", "--stack", at.stack, "--file", str(exported), program=project)
        exported.unlink()
    before, after = (held(place, at.stack) for place in (at.own, at.bucket))
    if _identities(before) != _identities(after) or provider_of(after) != provider_of(before):
        raise BootstrapError(
            f"{at.bucket.url} does not hold what {at.folder} does after the move; the local state stays, look into "
            f"both with `pulumi stack export --stack {at.stack}`"
        )


def _identities(state: Deployment) -> set[tuple[str, str]]:
    return {(entry["urn"], str(entry.get("id") or "")) for entry in state.get("resources") or ()}


def enter(at: Site, state: Deployment) -> Path | None:
    """Name the secrets provider in the stack file, or in the sandbox beside the account; the file if it was changed.

    Raises:
        BootstrapError: the state in the bucket is sealed by something else.

    """
    lines = provider_of(state)
    if lines.get("secretsprovider") != secrets_provider(at.account):
        told = lines.get("secretsprovider", "a passphrase")
        raise BootstrapError(
            f"{at.bucket.url}: the state of {at.stack} is sealed by {one_line(told)}, and not by the account's key; "
            f"change it with `pulumi stack change-secrets-provider '{secrets_provider(at.account)}' -s {at.stack}`"
        )
    if at.emulated:
        from sandbox import kept  # noqa: PLC0415 - AWS does without the sandbox

        path = at.folder / kept.REMOTE
        if path.exists():
            return None
        kept.write_remote(at.folder, {"backend": at.bucket.url, **lines})
        return path
    path = ROOT / "stacks" / f"Pulumi.{at.stack}.yaml"
    text = path.read_text(encoding="utf-8")
    present = yaml.safe_load(text)
    if present.get("secretsprovider") == lines["secretsprovider"] and present.get("encryptedkey"):
        return None  # a data key of another time is right as well: the next update seals with it
    others = [line for line in text.splitlines() if not line.startswith(tuple(f"{key}:" for key in ENGINE_KEYS))]
    added = [f"{key}: {value}" for key, value in lines.items()]
    path.write_text("\n".join([*others, *added, ""]), encoding="utf-8")
    return path


def discard(at: Site) -> bool:
    """Throw the local state away, passphrase first; whether there was one."""
    if at.emulated:
        path = at.own.path / state_key(at.stack)
        found = path.exists()
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()
        return found
    found = at.folder.exists()
    (at.folder / "passphrase").unlink(missing_ok=True)
    if found:
        shutil.rmtree(at.folder)
    return found


def _call(target: Target, *arguments: str, program: Path) -> str:
    """What a command of the engine prints. BootstrapError where it fails."""
    result = engine(target, *arguments, program=program)
    if result.returncode:
        said = one_line(result.stderr.strip() or result.stdout.strip())
        raise BootstrapError(
            f"pulumi {' '.join(arguments[:2])}: {said}; nothing is lost: mend it and run `make bootstrap "
            f"STACK={target.stack}` again"
        )
    return result.stdout
