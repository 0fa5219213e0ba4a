"""An account with the App's key, a cluster that the account guards, GitHub, and the function as it is declared."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa

from cli.target import ROOT
from layers import functions, lambdas
from sandbox import repair
from sandbox.kubernetes import cluster, identity
from sandbox.kubernetes.api import Api
from sandbox.workspace import Workspace
from tests.components.argocd.support.token import ROLE, names
from tests.e2e.argocd.support.github import App, Github
from tests.support import clusters

PROJECT: Final = ROOT / "tests" / "engine" / "argocd"
CLUSTER: Final = "nationgraph-test"
CLIENT: Final = "Iv23liNationGraph000"
INSTALLATION: Final = "40302010"
ANYBODY: Final = "administrator"
FOLDER: Final = "argocd_token"
RUNBOOK: Final = ROOT / "docs" / "runbooks" / "argocd-token.md"
RUN: Final = """
import importlib, json, sys, time, types
package, module, seconds = sys.argv[1:]
sys.path.insert(0, package)
end = time.monotonic() + float(seconds)
context = types.SimpleNamespace(
    aws_request_id="test", get_remaining_time_in_millis=lambda: int(1000 * (end - time.monotonic()))
)
importlib.import_module(module.rpartition(".")[0]).handler({}, context)
"""
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass
class Ran:
    """What a run of the function returned, and everything that it wrote."""

    code: int
    output: str
    errors: str

    @property
    def line(self) -> dict[str, Any]:
        """The line of its log."""
        found: dict[str, Any] = json.loads(self.output.splitlines()[-1])
        return found


@dataclass
class World:
    """``where`` holds account and cluster; ``pem`` is the private key as GitHub gives it, once."""

    where: Workspace
    folder: Path
    github: Github
    pem: Path
    key_arn: str

    @cached_property
    def api(self) -> Api:
        """The cluster, as its administrator."""
        return clusters.administrator(self.where.folder)

    def client(self, service: str) -> Any:
        """boto3 on the emulated account."""
        return repair.account(self.where).client(service)

    def given(self, declared: Mapping[str, str]) -> dict[str, str]:
        """The declared environment, with what exists here in place of what a preview does not know."""
        told = {
            "name": CLUSTER,
            "endpoint": self.api.server,
            "authority": identity.authority(cluster.place(self.where.folder)),
        }
        assert {*json.loads(declared["CLUSTER"])} == {*told}
        return {**declared, "KEY_ARN": self.key_arn, "CLUSTER": json.dumps(told)}

    def run(self, declared: Mapping[str, str], **other: str) -> Ran:
        """The function's package in a process of its own, as its role, with nothing of this repository."""
        package = self.folder / f"{FOLDER}.zip"
        if not package.exists():
            package.write_bytes(functions.package(FOLDER))
        session = self.client("sts").assume_role(RoleArn=ROLE, RoleSessionName=names().function)["Credentials"]
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": self.where.endpoint,
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "GITHUB_API": self.github.url,
            "SSL_CERT_FILE": str(self.github.authority),
            "HTTPS_PROXY": "http://127.0.0.1:1",
            "NO_PROXY": "127.0.0.1",
        }
        site = str(distribution("boto3").locate_file(""))
        seconds = functions.FUNCTIONS[FOLDER].timeout_seconds
        start = f"import sys; sys.path.append({site!r})\n{RUN}"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start, str(package), lambdas.handler(FOLDER), str(seconds)],
            env={**self.given(declared), **environment, **other},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def import_key(self) -> str:
        """What a person does once, word by word as the runbook has it; what was printed."""
        (block,) = [text for text in re.findall(r"```sh\n(.*?)```", RUNBOOK.read_text(), re.DOTALL) if "$PEM" in text]
        script = "".join(line for line in block.splitlines(keepends=True) if "=...  #" not in line)
        assert script.count("\n") == block.count("\n") - 2
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "AWS_ENDPOINT_URL": self.where.endpoint,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": ANYBODY,
            "AWS_SECRET_ACCESS_KEY": ANYBODY,
            "KEY": self.key_arn,
            "PEM": str(self.pem),
        }
        done = subprocess.run(
            ["sh", "-euc", script], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def _enter(world: Workspace, group: str) -> None:
    """A cluster of EKS by that name, and the function's role in it, with one group."""
    account = repair.account(world)
    ec2, iam, eks = account.client("ec2"), account.client("iam"), account.client("eks")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}")
        for number, zone in enumerate("ab")
    ]
    service = json.dumps(TRUST).replace("lambda.", "eks.")
    control = iam.create_role(RoleName="control", AssumeRolePolicyDocument=service)["Role"]["Arn"]
    path, _, name = ROLE.partition(":role")[2].rpartition("/")
    made = iam.create_role(Path=f"{path}/", RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    assert made == ROLE
    eks.create_cluster(
        name=CLUSTER,
        roleArn=control,
        resourcesVpcConfig={"subnetIds": [one["Subnet"]["SubnetId"] for one in subnets]},
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    )
    eks.create_access_entry(clusterName=CLUSTER, principalArn=ROLE, kubernetesGroups=[group], type="STANDARD")


@contextmanager
def opened(folder: Path, group: str) -> Iterator[World]:
    """The whole of it; afterwards nothing of it runs."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = folder / "app.private-key.pem"
    pem.write_bytes(
        private.private_bytes(form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption())
    )
    app = App(CLIENT, private.public_key(), INSTALLATION, "nationgraph", {"nationgraph-services": 7, "platform": 8})
    github = Github(folder / "github", app)
    try:
        with clusters.opened(PROJECT, folder / "dev") as where:
            _enter(where, group)
            key = (
                repair.account(where)
                .client("kms")
                .create_key(Origin="EXTERNAL", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
            )
            yield World(where, folder, github, pem, str(key["KeyMetadata"]["Arn"]))
    finally:
        github.close()
