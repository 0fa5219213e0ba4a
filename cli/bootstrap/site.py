"""A stack of which the state is about to move: the engine on both backends, and what each of them holds."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from cli.backend import Bucket, Folder, Store, bucket, remote_url, stored
from cli.target import Target
from components.shared.account import Account
from reports.state import Deployment

BACKEND = "PULUMI_BACKEND_URL"
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - a variable's name


@dataclass(frozen=True, kw_only=True)
class Site:
    """A stack on its way: the engine on its ``local`` backend and on the ``remote`` one, and a folder for both.

    ``own`` are the objects of the local backend, ``bucket`` those of the other one.
    """

    account: Account
    folder: Path
    local: Target
    remote: Target
    own: Folder
    bucket: Bucket

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.local.stack

    @property
    def emulated(self) -> bool:
        """Whether the account is the sandbox's, whose folder has a local backend already."""
        return self.local.name == "sandbox"


def site(target: Target, account: Account) -> Site:
    """Where the two states of a stack lie. Nothing is made."""
    emulated, url = target.name == "sandbox", remote_url(account)
    folder = target.folder if emulated else home() / f"{account.id}-{target.stack}"
    kept = {key: value for key, value in target.environment.items() if not key.startswith(PASSPHRASE)}
    sealed = {f"{PASSPHRASE}_FILE": str(folder / "passphrase")}
    if emulated:
        sealed = {PASSPHRASE: target.environment[PASSPHRASE]}
    settings = ("--config-file", str(folder / f"Pulumi.{target.stack}.yaml"))
    own = Folder(f"file://{quote(str(folder / 'backend'))}?metadata=skip", folder / "backend")
    return Site(
        account=account,
        folder=folder,
        local=replace(target, environment={**kept, **sealed, BACKEND: own.url}, arguments=settings),
        remote=replace(target, environment={**kept, BACKEND: url}, arguments=()),
        own=own,
        bucket=bucket(url, target),
    )


def home() -> Path:
    """Where first states lie: outside of the clone, which `make clean` and git empty."""
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser().absolute() / "nationgraph-platform" / "bootstrap"


def held(place: Store, stack: str) -> Deployment:
    """The state in a backend; empty where it holds no resources, or there is no such stack."""
    found = stored(place, stack) or {}
    return found if found.get("resources") else {}


def provider_of(state: Deployment) -> Mapping[str, str]:
    """What seals the secrets of a state: URL and data key, as stack files have them; empty for a passphrase."""
    found = state.get("secrets_providers")
    if not isinstance(found, dict) or found.get("type") != "cloud":
        return {}
    return {"secretsprovider": str(found["state"]["url"]), "encryptedkey": str(found["state"]["encryptedkey"])}


def left_open(at: Site) -> str:
    """How a person settles what an interrupted deployment left open in a real account."""
    words = (BACKEND, f"{PASSPHRASE}_FILE")
    prefix = " ".join(f"{word}='{at.local.environment[word]}'" for word in words)
    options = f"--stack {at.stack} {' '.join(at.local.arguments)}"
    return (
        "Look each one up in the account. Adopt what is there with\n"
        f"  {prefix} pulumi import {options} TYPE NAME ID\n"
        "and then drop what is left with\n"
        f"  {prefix} pulumi refresh {options} --clear-pending-creates --yes\n"
        f"and run `make bootstrap STACK={at.stack}` again."
    )
