"""The log of the provider's calls: what it holds, what it leaves out, and that it is bounded."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.aws import calls
from sandbox.aws.provider import Provider
from tests.sandbox.support.cloud import AbortedError, Context, provider, struct, urn

SECRET, VERSION, VPC = (
    "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion", "aws:ec2/vpc:Vpc",
)  # fmt: skip


@pytest.fixture
def log(tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the provider writes."""
    monkeypatch.setenv("SANDBOX_AWS_ENDPOINT", endpoint)
    monkeypatch.setenv(calls.VARIABLE, str(tmp_path / "calls.jsonl"))
    return tmp_path / "calls.jsonl"


def entries(log: Path) -> list[dict[str, Any]]:
    """What was written."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def create(plugin: Provider, token: str, inputs: dict[str, Any]) -> Any:
    """The provider's Create."""
    return plugin.Create(provider_pb2.CreateRequest(urn=urn(token), properties=struct(inputs)), Context())


def delete(plugin: Provider, token: str, made: Any) -> None:
    """The provider's Delete."""
    plugin.Delete(provider_pb2.DeleteRequest(id=made.id, urn=urn(token), properties=made.properties), Context())


def test_each_operation_is_a_line_with_its_calls(log: Path) -> None:
    """Phase, resource, id, ARN, and each call by the names that AWS gives it; not what refusals look up."""
    plugin = provider()
    made = create(plugin, VPC, {"cidrBlock": "10.9.0.0/16"})
    delete(plugin, VPC, made)
    created, deleted = entries(log)
    assert (created["phase"], created["urn"], created["id"]) == ("create", urn(VPC), made.id)
    assert created["outputs"]["arn"].endswith(f":vpc/{made.id}")
    assert created["calls"][0] == {
        "service": "ec2", "operation": "CreateVpc", "parameters": created["calls"][0]["parameters"],
    }  # fmt: skip
    assert created["calls"][0]["parameters"]["CidrBlock"] == "10.9.0.0/16"
    assert [call["operation"] for call in deleted["calls"]][-1] == "DeleteVpc"
    assert deleted["calls"][-1]["parameters"] == {"VpcId": made.id}


def test_a_refused_call_is_logged_and_a_preview_is_not(log: Path) -> None:
    """A call that failed needed its right too. A preview makes no call and leaves no file."""
    plugin = provider()
    planned = {"urn": urn(VPC), "properties": struct({"cidrBlock": "10.9.0.0/16"}), "preview": True}
    plugin.Create(provider_pb2.CreateRequest(**planned), Context())
    assert not log.exists()
    gone = {"vpcId": "vpc-00000000", "cidrBlock": "10.9.0.0/24"}
    with pytest.raises(AbortedError):
        create(plugin, "aws:ec2/subnet:Subnet", gone)
    (entry,) = entries(log)
    assert [call["operation"] for call in entry["calls"]] == ["CreateSubnet"]
    assert "id" not in entry


def test_no_secret_is_written(log: Path) -> None:
    """Neither of inputs nor of parameters, and nobody but the owner reads the file."""
    plugin = provider()
    secret = create(plugin, SECRET, {"name": "calls-of-a-secret"})
    version = create(plugin, VERSION, {"secretId": secret.id, "secretString": "hunter-two-and-three"})
    delete(plugin, VERSION, version)
    delete(plugin, SECRET, secret)
    text = log.read_text()
    assert "hunter-two-and-three" not in text
    assert '"SecretString": "[secret]"' in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_code_and_data_are_left_out() -> None:
    """What may hold anything is not kept; flags keep their values though their names speak of passwords."""
    given = {
        "zipFile": b"PK", "ImageData": b"\0", "environment": {"variables": {"A": "b"}}, "policy": "x" * 30_000,
        "manageMasterUserPassword": True, "masterUserPassword": "p", "tags": [{"Key": "a", "Value": "b"}], "n": 1.5,
    }  # fmt: skip
    assert calls.plain(given) == {
        "ImageData": "[binary]", "policy": "[long]", "manageMasterUserPassword": True, "masterUserPassword": "[secret]",
        "tags": [{"Key": "a", "Value": "b"}], "n": 1.5,
    }  # fmt: skip


def test_a_large_log_is_begun_anew(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one before stays beside it; what cannot be written is no reason to fail."""
    monkeypatch.setattr(calls, "LIMIT", 100)
    with calls.logged("create", urn(VPC), {"cidrBlock": "x" * 200}) as entry:
        entry["calls"].append({"service": "ec2", "operation": "CreateVpc", "parameters": {}})
    with calls.logged("create", urn(VPC), {}) as entry:
        entry["calls"].append({"service": "ec2", "operation": "CreateVpc", "parameters": {}})
    assert len(entries(log)) == len(entries(log.with_suffix(".old"))) == 1
    monkeypatch.setattr(calls, "LIMIT", 10_000)
    monkeypatch.setattr("sandbox.aws.calls.os.write", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with calls.logged("create", urn(VPC), {}) as entry:
        entry["calls"].append({"service": "ec2", "operation": "CreateVpc", "parameters": {}})
    assert len(entries(log)) == 1
