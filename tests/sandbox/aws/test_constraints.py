"""What the provider refuses in a preview, and the tables that say so."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws import checks, constraints
from sandbox.aws.forms import FORMS, REQUIREMENT
from sandbox.aws.table import rows
from sandbox.protocol.schema import UNKNOWN
from tests.sandbox.aws.support import enumerations
from tests.sandbox.support.cloud import check, samples

CHECKS = {*checks.CHECKS, "any", "also", "keys", "vals"}


def kind_at(token: str, path: str) -> Any:
    """The type of a property by its path; KeyError where there is none."""
    kind: Any = {"object": rows()[token].schema["object"]}
    for part in path.split("."):
        kind = kind["object"][part.removesuffix("[]")]
        while isinstance(kind, dict) and "list" in kind and part.endswith("[]"):
            kind = kind["list"]
    return kind


def paths_of(row: dict[str, Any]) -> list[str]:
    """Every property path that a row names."""
    found = [*row.get("values", {}), *row.get("api", {})]
    for kind in ("conflicts", "together"):
        for path, others in row.get(kind, {}).items():
            parent = f"{path.rpartition('.')[0]}." if "[]" in path else ""
            found += [path, *(parent + other for other in others)]
    found += [path for kind in ("one_of", "some_of") for group in row.get(kind, ()) for path in group]
    for rule in row.get("when", ()):
        groups = [path for group in rule.get("one_of", ()) for path in group]
        found += [*rule["if"], *rule.get("need", ()), *rule.get("refuse", ()), *rule.get("values", {}), *groups]
    return found


def checks_in(value: Any) -> set[str]:
    """The names of checks at any depth of a path's checks."""
    names = set(value)
    for name in ("any", "also"):
        for further in value.get(name, ()):
            names |= checks_in(further)
    for name in ("keys", "vals"):
        names |= checks_in(value[name]) if name in value else set()
    return names


def test_every_type_has_a_row_and_every_row_a_type() -> None:
    """A new type is judged from its first day; a row without a type would judge nothing."""
    assert set(constraints.table()) == set(rows())


@pytest.mark.parametrize("token", sorted(rows()))
def test_rows_name_properties_and_checks_that_exist(token: str) -> None:
    """A misspelt path or check would never refuse anything."""
    row = constraints.table()[token]
    for path in paths_of(row):
        kind_at(token, path)
    listed = [*row.get("values", {}).values(), *row.get("api", {}).values()]
    listed += [checks for rule in row.get("when", ()) for checks in rule.get("values", {}).values()]
    assert set().union(*map(checks_in, listed)) <= CHECKS if listed else True
    forms = {checks["form"] for checks in listed if "form" in checks}
    assert forms <= set(FORMS) & set(REQUIREMENT)


def test_enumerations_are_those_of_the_installed_botocore() -> None:
    """After an upgrade of botocore the file is made anew, and the difference is read."""
    assert enumerations.derived() == checks.enumerations()


def _resolved(value: Any) -> Any:
    """A sample's inputs as in a first preview: what refers to another resource is unknown."""
    if isinstance(value, dict):
        return UNKNOWN if "ref" in value else {key: _resolved(item) for key, item in value.items()}
    return [_resolved(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(samples()))
def test_samples_and_their_changes_pass(name: str) -> None:
    """What AWS takes is not refused in a preview."""
    sample = samples()[name]
    inputs = _resolved(sample.get("inputs", {}))
    assert check(sample["type"], inputs)[1] == {}
    for change in sample.get("changes", ()):
        inputs = {key: value for key, value in {**inputs, **_resolved(change)}.items() if value is not None}
        assert check(sample["type"], inputs)[1] == {}


def test_secret_values_are_not_shown() -> None:
    """A refusal of a secret's value names the property and the requirement alone."""
    hidden = "not base64, " * 3
    _, failures = check("aws:secretsmanager/secretVersion:SecretVersion", {"secretId": "s", "secretBinary": hidden})
    assert failures == {"secretBinary": "the value must be base64"}


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "date", "days", "id"]), inner, max_size=2)
), max_leaves=5)  # fmt: skip


@given(st.sampled_from(sorted(rows())), st.data())
def test_no_shape_of_inputs_ends_the_check(token: str, data: st.DataObject) -> None:
    """Any property may arrive with any value: the answer is a list of failures, never an exception."""
    names = [path.split(".")[0].removesuffix("[]") for path in paths_of(constraints.table()[token])]
    if names:
        inputs = data.draw(st.dictionaries(st.sampled_from(sorted(set(names))), JSON, max_size=4))
        list(constraints.failures(token, inputs, rows()[token].defaults))
        list(constraints.refusals(token, inputs))


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("arn", ["", "arn:aws:iam::aws:policy/A", "arn:aws-cn:s3:::b"], ["x", "arn:aws:iam", "arn:aws:s3:::"]),
        ("cidr4", ["10.0.0.0/8", "0.0.0.0/0"], ["10.0.0.1/8", "10.0.0.0", "::/0", "10.0.0.0/33", "10.0.0.0/255.0.0.0"]),
        ("cidr6", ["::/0", "2001:db8::/32"], ["2001:db8::1/32", "10.0.0.0/8", "x"]),
        ("cidr", ["10.0.0.1/8"], ["10.0.0.1", "10/8"]),
        ("policy", ['{"a": 1}', ' {"a": 1}'], ["", "[]", '"x"', "{a}", '{"a": 1, "a": 2}']),
        ("json", ["", "[]", "{}"], ["{", "x"]),
        ("duration", ["10m", "0", "1h30m"], ["10", "-1m", "ten"]),
        ("day-window", ["09:46-10:16"], ["9:46-10:16", "24:00-01:00", "09:46"]),
        ("week-window", ["Mon:00:00-Mon:03:00"], ["Mo:00:00-Mo:03:00", "mon:00:00"]),
        ("utc", ["2026-01-31T00:00:00Z"], ["2026-02-30T00:00:00Z", "2026-01-31"]),
        ("rfc3339", ["2026-01-31T00:00:00+01:00"], ["2026-01-31T00:00:00"]),
        ("date", ["2026-01-31"], ["2026-02-31", "31.01.2026"]),
        ("https", ["https://a.b/c"], ["http://a.b", "https://a.b?c=d", "a.b"]),
        ("acl-protocol", ["-1", "6", "tcp", "ipv6-icmp"], ["255", "-2", "tpc", "TCP"]),
        ("group-protocol", ["-1", "all", "TCP", "50"], ["tpc", "256"]),
        ("base64", ["QQ==", "QUJD"], ["Q", "Q Q="]),
    ],
)
def test_forms(form: str, good: list[str], bad: list[str]) -> None:
    """Each form takes what its documentation shows and refuses its neighbours."""
    assert [value for value in good if not FORMS[form](value)] == []
    assert [value for value in bad if FORMS[form](value)] == []


def test_rows_are_json_values() -> None:
    """YAML reads ``no``, ``yes`` and times as something else than text; a row holds none of them."""
    assert json.loads(json.dumps(constraints.table())) == constraints.table()
