"""Code of functions: a refresh sees what was changed by hand, from the hash alone that the engine's state keeps."""

import io
import zipfile
from typing import Any

import pytest

from sandbox.aws import observed
from sandbox.aws.convert import SIGNATURE, same
from tests.sandbox.support.cloud import Cloud

STORED = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "hash": "abc"}


def zipped(text: str) -> bytes:
    """A package with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", text)
    return packed.getvalue()


@pytest.mark.parametrize("stored", [False, True], ids=["content", "hash only"])
def test_code_changed_by_hand_is_drift(cloud: Cloud, *, stored: bool) -> None:
    """Unchanged code is as declared; other code is not."""
    made = cloud.make("function")
    known: dict[str, Any] = {**made.state, **made.inputs, **({"code": STORED} if stored else {})}
    seen = observed.read(cloud.api, made.row, made.id, known)
    assert seen is not None
    assert seen["code"] == known["code"]
    cloud.api.client("lambda").update_function_code(FunctionName=made.id, ZipFile=zipped("print()"))
    seen = observed.read(cloud.api, made.row, made.id, known)
    assert seen is not None
    assert not same(seen["code"], known["code"])


def test_archives_are_their_content() -> None:
    """The same hash is the same package, wherever its file lies; another hash is another one."""
    here, there = ({**STORED, "path": path} for path in ("/a/x.zip", "/b/x.zip"))
    assert same(here, there)
    assert not same(here, {**there, "hash": "def"})
    assert not same(here, {SIGNATURE: "changed"})


def test_permission_that_is_gone_is_seen(cloud: Cloud) -> None:
    """Of a policy with another statement only the own one counts."""
    made = cloud.make("permission")
    client = cloud.api.client("lambda")
    client.add_permission(
        FunctionName="rotator", StatementId="other", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    assert cloud.read(made) is not None
    client.remove_permission(FunctionName="rotator", StatementId="rotation")
    assert cloud.read(made) is None
