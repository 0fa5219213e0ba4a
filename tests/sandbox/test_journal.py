"""The emulated account survives ``kill -9``: its state comes back from the journal, ids included."""

import io
import json
import random
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws import emulator as emulator_module
from sandbox.aws import observed
from sandbox.aws.api import Api
from sandbox.aws.table import rows
from tests.sandbox.support.cloud import ACCOUNT, REGION, Cloud, Emulator, samples
from tests.support.depth import DEEP, deep, in_sample

pytestmark = pytest.mark.no_cover

TIMES = ("date", "time", "created", "updated", "lastaccessed", "lastchanged", "lastused", "lastmodified", "timestamp")
UNMAKEABLE = {"securityGroupRule", "securityGroupIngressRule"}
"""Two of them would be duplicates of rules in other samples' groups in one account."""


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator of this test's own, started by the test."""
    made = Emulator(tmp_path)
    yield made
    made.kill()


def timeless(value: Any) -> Any:
    """``value`` without the moments at which things happened."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if not any(part in k.lower() for part in TIMES)}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def picture(cloud: Cloud) -> dict[str, Any]:
    """Everything that the account lists, and all that it shows of what was made."""
    listed = {token: sorted(cloud.api.identifiers(row)) for token, row in rows().items()}
    defaults = cloud.api.client("ec2").describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    shown = {key: timeless(cloud.read(made)) for key, made in cloud.made.items()}
    raw = {
        key: timeless(cloud.api.describe(made.row, {**made.inputs, "id": made.id})) for key, made in cloud.made.items()
    }
    subnets = sorted(subnet["SubnetId"] for subnet in defaults["Subnets"])
    made = {key: [shown[key], raw[key]] for key in shown}
    return dict(json.loads(json.dumps({**listed, **made, "default subnets": subnets}, default=str)))


@deep
def test_state_survives_kills_at_random_points(emulator: Emulator) -> None:
    """Killed between any two of a series of calls, the account goes on as if nothing had happened."""
    chance = random.Random(7)  # noqa: S311 - a fixed series of kills
    cloud = Cloud(Api(emulator.start(), REGION, ACCOUNT))
    names = [name for name in samples() if name not in UNMAKEABLE and in_sample(name, 6)]
    kills = set(chance.sample(range(len(names)), 5)) | {len(names) - 1} if DEEP else {len(names) // 2}
    for index, name in enumerate(names):
        made = cloud.make(name)
        if index % 5 == 0 and isinstance(made.inputs.get("tags"), dict):
            cloud.update(made, tags={"Name": "changed"})
        if index in kills:
            before = picture(cloud)
            emulator.kill()
            cloud.api = Api(emulator.start(), REGION, ACCOUNT)
            after = picture(cloud)
            assert {key: value for key, value in after.items() if before[key] != value} == {}
    cloud.clear()
    assert not any(cloud.api.identifiers(row) for row in rows().values() if row.type.startswith("aws:ec2/"))


def test_half_a_line_is_forgotten_and_the_journal_goes_on(emulator: Emulator) -> None:
    """A request cut short by a kill never ran; what comes after it is kept, over any number of restarts."""
    api = Api(emulator.start(), REGION, ACCOUNT)
    first = api.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    emulator.kill()
    with emulator.journal.open("a") as journal:
        journal.write('{"REQUEST_METHOD": "POST", "bo')
    api = Api(emulator.start(), REGION, ACCOUNT)
    second = api.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    emulator.kill()
    api = Api(emulator.start(), REGION, ACCOUNT)
    assert {first, second} <= set(api.identifiers(rows()["aws:ec2/vpc:Vpc"]))


def test_only_changes_are_written_and_only_the_owner_reads_them(emulator: Emulator) -> None:
    """Reads cost no line, save the first of a service, which makes its defaults; the file has mode 0600."""
    api = Api(emulator.start(), REGION, ACCOUNT)

    def lines() -> int:
        return len(emulator.journal.read_text().splitlines())

    def read_everything() -> None:
        for row in rows().values():
            api.identifiers(row)
        api.client("sts").get_caller_identity()
        api.client("s3").list_buckets()

    read_everything()
    once = lines()
    read_everything()
    assert lines() == once
    api.client("s3").create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert lines() == once + 1
    api.client("s3").put_object(Bucket="a-bucket", Key="a", Body=b"Action=DescribeNothing")
    assert lines() == once + 2
    assert emulator.journal.stat().st_mode & 0o777 == 0o600


def test_reads_between_changes_do_not_change_what_comes_back(emulator: Emulator) -> None:
    """Default resources, which the first call of a service makes, keep their ids, also where that call was a read."""
    api = Api(emulator.start(), REGION, ACCOUNT)
    shown = api.client("ec2").describe_vpcs()["Vpcs"]
    api.client("kms").list_aliases()
    made = api.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    emulator.kill()
    api = Api(emulator.start(), REGION, ACCOUNT)
    again = [vpc["VpcId"] for vpc in api.client("ec2").describe_vpcs()["Vpcs"]]
    assert sorted(again) == sorted([shown[0]["VpcId"], made])


def test_signatures_do_not_matter(emulator: Emulator) -> None:
    """An entry with another date and signature is run all the same: a journal lives longer than a signature."""
    api = Api(emulator.start(), REGION, ACCOUNT)
    made = api.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    emulator.kill()
    text = emulator.journal.read_text()
    entry = emulator_module._opened(text.splitlines()[-1].encode())
    entry["HTTP_AUTHORIZATION"] = entry["HTTP_AUTHORIZATION"].replace("/20", "/19").replace("Signature=", "Signature=0")
    entry["HTTP_X_AMZ_DATE"] = "19990101T000000Z"
    emulator.journal.write_text("\n".join([*text.splitlines()[:-1], emulator_module._sealed(entry)]) + "\n")
    emulator.journal.with_suffix(".length").unlink()  # a checksum may have a digit less: the length is not the subject
    api = Api(emulator.start(), REGION, ACCOUNT)
    assert observed.read(api, rows()["aws:ec2/vpc:Vpc"], made, {}) is not None


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda _: b"", "cut short, 0 of"),
        (lambda data: data[:40] + b"garbage" + data[47:], r"account\.jsonl:1: not what was written"),
        (lambda data: data.replace(b'"POST"', b'"PUTS"', 1), "checksum"),
        (lambda data: b"[]\n" + data, ":1: not what was written"),
    ],
    ids=["half", "empty", "garbage", "changed", "other"],
)
def test_a_damaged_journal_is_not_taken_for_a_whole_one(
    tmp_path: Path, damage: Callable[[bytes], bytes], says: str
) -> None:
    """The account does not come up with a part of its past; file and line are named."""
    path = tmp_path / "account.jsonl"
    journal = emulator_module.Journal(lambda *_: [], path)
    for number in range(3):
        journal._write({"REQUEST_METHOD": "POST", "body": str(number)})
    data = path.read_bytes()
    journal.close()
    path.write_bytes(damage(data))
    with pytest.raises(emulator_module.DamagedError, match=says):
        emulator_module.Journal(lambda *_: [], path)


def test_one_process_serves_an_account(tmp_path: Path) -> None:
    """A second one would write into the journal of the first."""
    first = emulator_module.Journal(lambda *_: [], tmp_path / "account.jsonl")
    with pytest.raises(emulator_module.DamagedError, match="another process serves this account"):
        emulator_module.Journal(lambda *_: [], tmp_path / "account.jsonl")
    first.close()
    emulator_module.Journal(lambda *_: [], tmp_path / "account.jsonl").close()


def test_a_change_that_cannot_be_written_down_does_not_happen(tmp_path: Path) -> None:
    """On a full disk: the client reads why, the journal stays whole, and the next change is made."""
    path, ran = tmp_path / "account.jsonl", []
    journal = emulator_module.Journal(lambda *_: ran.append(1) or [], path)
    journal._write({"REQUEST_METHOD": "POST", "body": ""})
    before, said = path.read_bytes(), []
    body = b"Action=CreateVpc&" + b"x" * 4096
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded"}

    def request() -> bytes:
        whole = {**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        return b"".join(journal(whole, lambda status, _: said.append(status)))

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 1000, hard))
    try:
        answer = request()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert (said, ran, path.read_bytes()) == (["507 Insufficient Storage"], [], before)
    assert b"File too large; make room" in answer
    request()
    assert (len(ran), path.read_bytes().count(b"\n")) == (1, 2)
    journal.close()
