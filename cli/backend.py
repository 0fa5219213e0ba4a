"""Where the state of a stack lies: a bucket of its account, or a folder of this machine. The names are the engine's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from cli.account import SANDBOX_KEY, client, region_of
from cli.run import engine
from cli.target import Target
from components.shared.account import STATE_ALIAS, Account
from lib.printable import one_line
from reports.state import Deployment, StateError, checkpoint
from sandbox import files
from stacks.model import PROJECT

HISTORY = f".pulumi/history/{PROJECT}"
"""Where the engine keeps the state after each update, by stack."""


class BackendError(RuntimeError):
    """The place of the state cannot be read or written; the message says which one and what to do."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """An object by its key; ``changed`` is when it was written."""

    key: str
    changed: datetime
    size: int


class Store(Protocol):
    """Objects by key. What cannot be read or written is a BackendError."""

    @property
    def url(self) -> str:
        """The backend, as the engine names it."""

    def find(self, prefix: str) -> list[Found]:
        """The objects whose keys begin with a folder's name."""

    def read(self, key: str) -> bytes | None:
        """An object; None where there is none."""

    def write(self, key: str, body: bytes) -> None:
        """Put an object in its place."""

    def remove(self, key: str) -> None:
        """Take an object away, where it is there."""


@dataclass(frozen=True)
class Folder:
    """Files of this machine."""

    url: str
    path: Path

    def find(self, prefix: str) -> list[Found]:
        """The files below a folder, half written ones left out."""
        paths = [path for path in (self.path / prefix).rglob("[!.]*") if path.is_file()]
        return [
            Found(
                key=path.relative_to(self.path).as_posix(),
                changed=datetime.fromtimestamp(path.stat().st_mtime, UTC),
                size=path.stat().st_size,
            )
            for path in paths
        ]

    def read(self, key: str) -> bytes | None:
        """A file."""
        path = self.path / key
        return path.read_bytes() if path.is_file() else None

    def write(self, key: str, body: bytes) -> None:
        """A file that only its owner reads."""
        (self.path / key).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.write(self.path / key, body)

    def remove(self, key: str) -> None:
        """A file."""
        (self.path / key).unlink(missing_ok=True)


@dataclass(frozen=True)
class Bucket:
    """Objects of an S3 bucket, whose own settings say how they are encrypted and how long older versions stay."""

    url: str
    name: str
    client: Any

    def exists(self) -> bool:
        """Whether there is such a bucket. BackendError where it is somebody else's, or closed."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

        with self._refusals():
            try:
                self.client.head_bucket(Bucket=self.name)
            except ClientError as error:
                if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
                    return False
                raise
        return True

    def find(self, prefix: str) -> list[Found]:
        """The objects below a prefix."""
        with self._refusals():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
            return [
                Found(key=entry["Key"], changed=entry["LastModified"], size=entry["Size"])
                for page in pages
                for entry in page.get("Contents", ())
            ]

    def read(self, key: str) -> bytes | None:
        """An object."""
        with self._refusals():
            try:
                body: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
            except self.client.exceptions.NoSuchKey:
                return None
        return body

    def write(self, key: str, body: bytes) -> None:
        """An object; S3 keeps the version before it."""
        with self._refusals():
            self.client.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json")

    def remove(self, key: str) -> None:
        """An object; its versions stay."""
        with self._refusals():
            self.client.delete_object(Bucket=self.name, Key=key)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise BackendError(
                f"{self.url}: {one_line(str(error))}; sign in to the account of the stack, as somebody whom the "
                "bucket's policy lets in (docs/runbooks/restore-state.md)"
            ) from None


def remote_url(account: Account) -> str:
    """The backend of a stack whose state lies in its account, for ``PULUMI_BACKEND_URL``."""
    return f"s3://{account.state_bucket}?region={account.region}"


def secrets_provider(account: Account) -> str:
    """The key that seals the secrets in the state, which the stack itself makes."""
    return f"awskms://{STATE_ALIAS}?region={account.region}"


def url_of(target: Target) -> str:
    """The backend that the engine uses; empty where none is chosen."""
    given = target.environment.get("PULUMI_BACKEND_URL", "")
    if given:
        return given
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(engine(target, "whoami", "--verbose", "--json").stdout)["url"])
    return ""


def store_of(target: Target) -> Store | None:
    """The objects of the target's backend; None for a kind of backend whose objects are not ours to handle."""
    return store(url_of(target), target)


def store(url: str, target: Target) -> Store | None:
    """The objects of a backend, reached as the target reaches its account."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(url, Path(unquote(f"{parts.netloc}{parts.path}")).expanduser())
    return bucket(url, target) if parts.scheme == "s3" else None


def bucket(url: str, target: Target) -> Bucket:
    """The bucket of an ``s3://`` backend."""
    parts = urlsplit(url)
    region = parse_qs(parts.query).get("region", [""])[0] or region_of(target.stack)
    given = {}
    if target.name == "sandbox":
        keys = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), SANDBOX_KEY)
        given = {"endpoint_url": target.environment["SANDBOX_AWS_ENDPOINT"], **keys}
    return Bucket(url, parts.netloc, client("s3", region, given))


def bare_project(folder: Path) -> Path:
    """A project of our name without a program, whose stack file is the engine's to write; its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    return folder


def state_key(stack: str) -> str:
    """The object that is a stack's state."""
    return f".pulumi/stacks/{PROJECT}/{stack}.json"


def stored(place: Store, stack: str) -> Deployment | None:
    """The state of a stack, read without the engine; None where the backend has no such stack.

    Raises:
        BackendError: it is damaged.

    """
    body = place.read(state_key(stack))
    if body is None:
        return None
    try:
        return checkpoint(body.decode(errors="replace"))
    except StateError as error:
        raise BackendError(
            f"{place.url}: the state of {stack} is damaged ({error}); `make restore STACK={stack}` lists what can take "
            "its place"
        ) from None
