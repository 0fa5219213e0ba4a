"""The first deployment of a stack's account: with a state on this machine, which then moves into the account itself.

The bucket and the key of the state are made by the stack. Each step looks whether it is done, so that whatever was
interrupted goes on when it is run again:

1. a local backend, sealed by a random passphrase that nobody sees and that is thrown away with it;
2. the deployment;
3. the local state is sealed by the account's key, so that the passphrase never seals anything in the bucket;
4. the bucket gets the stack, and its state in one object;
5. the stack file gets the secrets provider, and the local backend is removed.
"""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import yaml

from cli.backend import Bucket, Folder, Store, bucket, remote_url, secrets_provider, state_key, store, stored
from cli.locks import unlock
from cli.phases import phase
from cli.run import engine
from cli.target import ROOT, Target
from components.shared.account import Account
from lib.printable import one_line
from reports.state import Deployment
from sandbox import files
from stacks.files import ENGINE_KEYS
from stacks.model import PROJECT

SEALED = "sealed"
"""The folder of a project whose stack file holds the secrets provider, before the stack's own file does."""


class BootstrapError(RuntimeError):
    """The first deployment cannot go on; the message says why, and what to do before it is run again."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A stack on its way: the engine on its ``local`` backend and on the ``remote`` one, and a folder for both."""

    account: Account
    folder: Path
    local: Target
    remote: Target
    bucket: Bucket

    @property
    def own(self) -> Folder:
        """The local backend."""
        place = store(self.local.environment["PULUMI_BACKEND_URL"], self.local)
        assert isinstance(place, Folder)  # noqa: S101 - `site` made it so
        return place

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.local.stack

    @property
    def emulated(self) -> bool:
        """Whether the account is the sandbox's."""
        return self.local.name == "sandbox"


def site(target: Target, account: Account) -> Site:
    """Where the two states of a stack lie. Nothing is made."""
    url = remote_url(account)
    kept = {key: value for key, value in target.environment.items() if not key.startswith("PULUMI_CONFIG_PASSPHRASE")}
    remote = replace(target, environment={**kept, "PULUMI_BACKEND_URL": url}, arguments=())
    place = bucket(url, target)
    if target.name == "sandbox":
        return Site(account=account, folder=target.folder, local=target, remote=remote, bucket=place)
    folder = home() / f"{account.id}-{target.stack}"
    own = {
        "PULUMI_BACKEND_URL": f"file://{quote(str(folder / 'backend'))}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(folder / "passphrase"),
    }
    settings = ("--config-file", str(folder / f"Pulumi.{target.stack}.yaml"))
    local = replace(target, environment={**kept, **own}, arguments=settings)
    return Site(account=account, folder=folder, local=local, remote=remote, bucket=place)


def home() -> Path:
    """Where first states lie: outside of the clone, which `make clean` and git empty."""
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser().absolute() / "nationgraph-platform" / "bootstrap"


def held(place: Store, stack: str) -> Deployment:
    """The state in a backend; empty where it holds no resources, or there is no such stack."""
    found = stored(place, stack) or {}
    return found if found.get("resources") else {}


def provider_of(state: Deployment) -> Mapping[str, str]:
    """What seals the secrets of a state: URL and data key, as a stack file names them; empty for a passphrase."""
    found = state.get("secrets_providers")
    if not isinstance(found, dict) or found.get("type") != "cloud":
        return {}
    return {"secretsprovider": str(found["state"]["url"]), "encryptedkey": str(found["state"]["encryptedkey"])}


def sealed(at: Site) -> bool:
    """Whether the deployment is done and its local state sealed by the account's key, so that the move alone is left."""
    return bool(provider_of(held(at.own, at.stack)))


def prepare(at: Site) -> None:
    """Make the local backend ready, where it is not.

    Raises:
        BootstrapError: it was begun elsewhere, or its passphrase is gone.

    """
    if at.emulated:
        return  # the sandbox has one
    begun = stored(at.own, at.stack) is not None
    if not begun and at.bucket.exists():
        raise BootstrapError(
            f"{at.bucket.name} exists, and neither it nor {at.folder} holds a state of {at.stack}: the first "
            "deployment was begun by somebody else or on another machine; run it there again, or bring that folder "
            f"here. Where the bucket held the state before, `make restore STACK={at.stack}` brings it back"
        )
    at.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    passphrase = at.folder / "passphrase"
    if not passphrase.exists():
        if begun:
            raise BootstrapError(
                f"{passphrase} is gone, and the state in {at.folder} is sealed with it; bring it back, or the whole "
                "folder from a backup"
            )
        files.write(passphrase, secrets.token_urlsafe(32))
    (at.folder / "backend").mkdir(exist_ok=True)
    if not begun:
        _call(at.local, "stack", "init", at.stack, "--secrets-provider", "passphrase", program=_project(at, "init"))
    path = at.folder / "init" / f"Pulumi.{at.stack}.yaml"
    salt = (yaml.safe_load(path.read_text()) or {})["encryptionsalt"]
    settings = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{at.stack}.yaml").read_text())
    kept = {key: value for key, value in settings.items() if key not in ENGINE_KEYS}
    files.write(at.folder / f"Pulumi.{at.stack}.yaml", yaml.safe_dump({**kept, "encryptionsalt": salt}))


def move(at: Site) -> None:
    """Seal the local state with the account's key, and put it into the bucket; what is done is not done again.

    Raises:
        BootstrapError: the engine refused; nothing is lost, the local state is still there.

    """
    project, provider = _project(at, SEALED), secrets_provider(at.account)
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


def left_open(at: Site) -> str:
    """How a person settles what an interrupted deployment left open in a real account."""
    words = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE")
    prefix = " ".join(f"{word}='{at.local.environment[word]}'" for word in words)
    options = f"--stack {at.stack} {' '.join(at.local.arguments)}"
    return (
        "Look each one up in the account. Adopt what is there with\n"
        f"  {prefix} pulumi import {options} TYPE NAME ID\n"
        "and then drop what is left with\n"
        f"  {prefix} pulumi refresh {options} --clear-pending-creates --yes\n"
        f"and run `make bootstrap STACK={at.stack}` again."
    )


def _project(at: Site, name: str) -> Path:
    """A project without a program, whose stack file is the engine's to write."""
    folder = at.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
    return folder


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
