"""The AWS account of a stack, for commands that read it without the engine: emulated, or the caller's own identity."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.target import ROOT, TargetError, folder_of
from stacks.files import read

SANDBOX_KEY = "sandbox"  # the emulated account takes any


def region_of(stack: str) -> str:
    """The region of the stack's settings."""
    return str(read(ROOT / "stacks" / f"Pulumi.{stack}.yaml").config["aws:region"])


def connection(name: str, stack: str) -> Mapping[str, Any]:
    """What boto3's clients get besides service and region: the emulated account's address, or nothing.

    TargetError where the emulated account of the stack does not exist yet.
    """
    if name == "aws":
        return {}
    from sandbox import workspace  # noqa: PLC0415 - AWS does without the sandbox

    folder = folder_of(stack)
    if not (folder / "account.jsonl").exists():
        raise TargetError(f"{stack} has no emulated account yet; make it with TARGET=sandbox make up STACK={stack}")
    opened = workspace.Workspace(project=ROOT, stack=stack, folder=folder)
    workspace.start_account(opened)
    return {
        "endpoint_url": opened.endpoint,
        "aws_access_key_id": SANDBOX_KEY,
        "aws_secret_access_key": SANDBOX_KEY,
    }


def stop(folder: Path, *, remove_cluster: bool = False) -> None:
    """Stop the emulated account and cluster of a stack's folder; their state stays unless the cluster is removed."""
    from sandbox import workspace  # noqa: PLC0415 - AWS does without the sandbox

    opened = workspace.Workspace(project=ROOT, stack=folder.name, folder=folder)
    workspace.stop_cluster(opened, remove=remove_cluster)
    workspace.stop_account(opened)


def client(service: str, region: str, given: Mapping[str, Any]) -> Any:
    """A client with time-outs and few retries; of the user's settings only those that sign in are read, on AWS."""
    import boto3  # noqa: PLC0415 - slow to import
    from botocore.config import Config  # noqa: PLC0415

    settings = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 5})
    if given:
        settings = settings.merge(Config(proxies={}))  # the emulated account is on this machine
    session = boto3.session.Session(botocore_session=_isolated() if given else None)
    return session.client(service, region_name=region, config=settings, **given)


def _isolated() -> Any:
    """Nothing of the user's AWS files or profile is read for the emulated account."""
    import botocore.session  # noqa: PLC0415 - slow to import

    from sandbox.aws.api import NOTHING_OF_THE_USER  # noqa: PLC0415 - AWS does without the sandbox

    return botocore.session.Session(session_vars=NOTHING_OF_THE_USER)
