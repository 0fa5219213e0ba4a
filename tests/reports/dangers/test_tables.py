"""The tables of dangers name types and properties that exist: a misspelt one would never be judged."""

import inspect
import re

from pulumi_tailscale import TailnetSettingsArgs

from policy.facts import stateful
from reports.dangers import companions, identities, ingress, loss, properties, worse
from tests.policy.support.sdk_inputs import inputs_by_type

SETTINGS = [name.split("_") for name in inspect.signature(TailnetSettingsArgs).parameters]
SDK = {
    **inputs_by_type(),
    "tailscale:index/tailnetSettings:TailnetSettings": {
        first + "".join(map(str.capitalize, rest)): "" for first, *rest in SETTINGS
    },
}


def _plain(path: str) -> str:
    return re.sub(r"\[\]|\?", "", path).partition("{}")[0]


def test_each_loss_has_its_words() -> None:
    """Whatever the list of facts tells apart."""
    assert set(stateful.written().values()) == set(loss.LOST)


def test_properties_that_get_worse_exist() -> None:
    """Each path of the table, and each property for which it has words."""
    rows = worse.table()
    unknown = [
        f"{type_}.{row.path}"
        for type_, found in rows.items()
        for row in found
        if _plain(row.path) not in SDK.get(type_, {}) and "permissions" not in row.path
    ]
    assert unknown == []
    names = {part for found in rows.values() for row in found for part in re.split(r"[^\w]+", row.path)}
    words = {part for key in worse.words() for part in key.split(".")}
    assert sorted(words - names) == []


def test_each_way_is_judged() -> None:
    """Those of the table, and no other."""
    assert sorted(properties.JUDGES) == sorted(worse.WAYS)


def test_companions_exist() -> None:
    """With the properties that name what they belong to."""
    unknown = [
        f"{type_}.{key}" for type_, row in companions.table().items() for key in row.of if key not in SDK.get(type_, {})
    ]
    assert [type_ for type_ in companions.table() if type_ not in SDK] == []
    assert unknown == []


def test_types_of_code_exist() -> None:
    """Those that a finder names itself."""
    named = [*identities.TYPES, *ingress.RULES, *ingress.ROUTES]
    assert [type_ for type_ in named if type_ not in SDK] == []
