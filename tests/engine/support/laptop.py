"""Engineers with clones of their own, signed in to one account: the commands run as against AWS, with TARGET=aws.

The account is the emulated one, which the environment leads to as it would lead to AWS: `pulumi` on PATH, a session of
an administrator, `AWS_ENDPOINT_URL`.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.target import ROOT
from sandbox import repair, workspace
from sandbox.workspace import Workspace
from tests.support.resources import clean
from toolchain import engine

STACK = "dev"
PROGRAM = '''"""The alarm topic, the state's bucket and its key, and an output that is a secret."""

import pulumi

from components.alerts.alerts import AlertTopic, AlertTopicArgs
from components.iam.state_bucket import StateBucket, StateBucketArgs
from components.shared.account import Account
from components.shared.platform import Site
from stacks import settings, tags

stack = settings.current()
tags.register(stack.tags)
account = Account(id=stack.account_id, region=stack.region)
retention, protect = stack.environment.log_retention_days, stack.environment.protect
site = Site(account=account, tags=stack.tags.as_dict(), log_retention_days=retention, protect=protect)
AlertTopic("alerts", AlertTopicArgs(site=site, email=stack.alert_email))
pulumi.export("stateBucket", StateBucket("state", StateBucketArgs(site=site)).bucket)
pulumi.export("hush", pulumi.Output.secret("hush, nobody reads me"))
'''
ADMINISTRATOR = "OrganizationAccountAccessRole"


@dataclass(frozen=True, kw_only=True)
class Account:
    """The emulated account of the stack."""

    place: Workspace

    def client(self, service: str) -> Any:
        """boto3 as the account's root."""
        return repair.account(self.place).client(service)

    def session(self, role: str = ADMINISTRATOR) -> dict[str, str]:
        """The variables of somebody who has assumed a role."""
        arn = f"arn:aws:iam::{self.place.account}:role/{role}"
        keys = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")["Credentials"]
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return dict(zip(names, (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]), strict=True))


@dataclass(frozen=True, kw_only=True)
class Laptop:
    """One engineer's machine: a home, and a clone of the project with a smaller program."""

    folder: Path
    account: Account

    @property
    def clone(self) -> Path:
        """The project."""
        return self.folder / "clone"

    @property
    def stack_file(self) -> Path:
        """The settings of the stack, which bootstrap adds to."""
        return self.clone / "stacks" / f"Pulumi.{STACK}.yaml"

    @property
    def first_state(self) -> Path:
        """Where the state lies before it has moved."""
        return self.folder / "state" / "nationgraph-platform" / "bootstrap" / f"{self.account.place.account}-{STACK}"

    def variables(self, **extra: str) -> dict[str, str]:
        """The environment of its commands."""
        given = workspace.variables(self.account.place)
        for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"):
            del given[name]
        return {
            **given,
            **self.account.session(),
            "PATH": f"{given['PATH']}:{engine.find().parent}",
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "PULUMI_HOME": str(self.folder / "pulumi"),
            "SANDBOX_FOLDER": str(self.folder / "logs"),
            **dict.fromkeys(["TAILSCALE_API_KEY"], "of an hour"),
            "TARGET": "aws",
            **extra,
        }

    def start(self, command: str, **extra: str) -> subprocess.Popen[str]:
        """A command that runs."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", command, "--stack", STACK],
            cwd=self.clone,
            env=self.variables(**extra),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, command: str, **extra: str) -> tuple[int, str]:
        """A command to its end: exit code, and what it said."""
        child = self.start(command, **extra)
        said, _ = child.communicate(timeout=500)
        return child.returncode, clean(said)


def laptop(folder: Path, account: Account) -> Laptop:
    """A new machine with a clone of the project as it is here."""
    made = Laptop(folder=folder, account=account)
    shutil.copytree(ROOT, made.clone, ignore=shutil.ignore_patterns(".*", "tests"))
    (made.clone / "__main__.py").write_text(PROGRAM)
    (folder / "pulumi").mkdir()
    (folder / "pulumi" / "plugins").symlink_to(account.place.folder / "home" / "plugins")
    return made
