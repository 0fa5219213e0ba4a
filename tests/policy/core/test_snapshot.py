"""Secrets stay recognisable and unsaid."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UnknownValueError

from policy.core.snapshot import SecretText
from policy.facts.props import Resource
from tests.policy.support.cases import Pack
from tests.policy.support.sample_rules import BUCKET, LEDGER, rule
from tests.support.resources import UNKNOWN, Res, clean


def test_secrets_are_marked_wherever_the_engine_marks_them() -> None:
    """Strings inside a secret object are secret as well; what is beside it is not."""
    seen: list[Any] = []

    def look(resource: Resource) -> Iterator[str]:
        seen.append(resource.props)
        yield from ()

    held = {"a": SecretText("one"), "b": ["plain", {"c": SecretText("two")}]}
    Pack({"sec-06-look": rule(check=look)}, ledger=LEDGER).run([Res(BUCKET, "x", held)])
    (props,) = seen
    assert isinstance(props["a"], SecretText)
    assert isinstance(props["b"][1]["c"], SecretText)
    assert not isinstance(props["b"][0], SecretText)
    assert props["a"] == "one"


def test_an_unknown_secret_stays_unknown() -> None:
    """A secret that is not known yet raises like any unknown value."""

    def read(resource: Resource) -> Iterator[str]:
        with pytest.raises(UnknownValueError):
            resource.props["bucket"]
        yield "was unknown"

    (found,) = Pack({"sec-06-read": rule(check=read)}, ledger=LEDGER).run(
        [Res(BUCKET, "x", {"bucket": SecretText(UNKNOWN)})]
    )
    assert found.message.endswith("x: was unknown")


def test_mappings_are_proxies() -> None:
    """Rules get the SDK's own proxies: Mapping and Sequence, never dict and list."""

    def look(resource: Resource) -> Iterator[str]:
        assert isinstance(resource.props, Mapping)
        assert not isinstance(resource.props, dict)
        assert not isinstance(resource.props["list"], list)
        yield "looked"

    pack = Pack({"sec-06-look": rule(check=look)}, ledger=LEDGER)
    assert len(pack.run([Res(BUCKET, "x", {"list": [1]})])) == 1


@pytest.mark.parametrize("secret", [SecretText("bad-but-held-secret"), "bad AK" + "IA" + "ABCDEFGHIJKLMNOP"])
def test_no_rule_can_show_a_secret(secret: str) -> None:
    """What the engine holds as a secret, and what looks like one, is cut out of every message."""
    (found,) = Pack({"sec-06-names": rule()}, ledger=LEDGER).run([Res(BUCKET, "logs", {"bucket": secret})])
    assert str(secret) not in found.message
    assert "[secret]" in found.message


def test_a_secret_of_another_resource_is_cut_too() -> None:
    """A stack rule may quote what it read elsewhere."""

    def leak(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
        yield resources[1], f"the first has {resources[0].props['bucket']}"

    pack = Pack({"sec-06-leak": rule(check=None, check_stack=leak)}, ledger=LEDGER)
    (found,) = pack.run([Res(BUCKET, "a", {"bucket": SecretText("held-secret")}), Res(BUCKET, "b")])
    assert clean(found.message).endswith("b: the first has [secret]")
