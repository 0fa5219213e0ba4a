"""IAM's grammar: one reading of every spelling, IAM's own matching, and published data that is up to date."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.facts import iam
from tests.policy.support import iam_reference
from tests.policy.support.iam_blocks import allow, doc

LETTERS = "abAB:*?[.^-"
PATTERNS = st.text(LETTERS, max_size=8)
TEXTS = st.text("abAB:[.^-", max_size=8)


def naive(pattern: str, text: str) -> bool:
    """A glob match by its definition, character by character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naive(pattern[1:], text) or (bool(text) and naive(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and naive(pattern[1:], text[1:])


@given(PATTERNS, TEXTS)
def test_action_match_agrees_with_its_definition(pattern: str, text: str) -> None:
    """Only ``*`` and ``?`` are special, and case never counts."""
    assert iam.matches(pattern, text) is naive(pattern.lower(), text.lower())


@given(PATTERNS, PATTERNS, TEXTS)
def test_contains_is_sound(outer: str, inner: str, text: str) -> None:
    """What a contained pattern matches, its container matches too: else a Deny would count where it does not bite."""
    if iam.contains(outer, inner) and naive(inner, text):
        assert naive(outer, text)


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("*", "arn:aws:iam::1:role/*", True),
        ("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a*", True),
        ("arn:aws:iam::1:role/a?", "arn:aws:iam::1:role/a*", False),
        ("arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/*", False),
        ("arn:aws:iam::1:role/A", "arn:aws:iam::1:role/a", False),
    ],
)
def test_contains(outer: str, inner: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """A pattern contains another only where no ARN escapes; ARNs keep their case."""
    assert iam.contains(outer, inner) is expected


@pytest.mark.parametrize(
    "value",
    [
        doc(allow("s3:GetObject", "arn:aws:s3:::b/*")),
        {"Statement": allow("s3:GetObject", "arn:aws:s3:::b/*")},
        '  {"Statement" :\n\t{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]}}  ',
        r'{"Statement":[{"Effect":"Allow","Action":"s3\u003aGetObject","Resource":"arn:aws:s3:::b/\u002a"}]}',
        '{"statement":[{"effect":"allow","ACTION":"s3:GetObject","resource":"arn:aws:s3:::b/*"}]}',
    ],
    ids=["text", "object with a lone statement", "whitespace and lists", "escapes", "keys in another case"],
)
def test_spellings_read_the_same(value: Any) -> None:
    """However a document is written, the rules see one statement."""
    rows = iam.statements(value)
    assert rows is not None
    (row,) = rows
    assert (row.allow, row.actions, row.resources) == (True, ("s3:GetObject",), ("arn:aws:s3:::b/*",))


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "not json",
        "[]",
        "7",
        "{}",
        '{"Statement": []}',
        '{"Statement": "Allow"}',
        '{"Statement": [{"Effect": "Allow", "Resource": "*"}]}',
        '{"Statement": [{"Action": "s3:GetObject", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Permit", "Action": "s3:GetObject"}]}',
        '{"Statement": [{"Effect": "Deny", "Action": "s3:*"}, null]}',
        '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Condition": "none"}]}',
    ],
)
def test_what_is_no_document(value: Any) -> None:
    """Nothing usable, or one statement that cannot be read, is no document: a rule must not judge the rest alone."""
    assert iam.statements(value) is None


def test_principals_and_conditions_are_flattened() -> None:
    """Kinds and keys lose their case, lone values become lists, JSON's booleans read as IAM's text."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": ["a", "b"], "Service": "c"},
        "Condition": {"Bool": {"AWS:MultiFactorAuthPresent": True}},
    }
    (row,) = iam.statements({"Statement": statement}) or ()
    assert row.principals == (("aws", "a"), ("aws", "b"), ("service", "c"))
    assert row.conditions == (iam.Condition(operator="bool", key="aws:multifactorauthpresent", values=("true",)),)
    (star,) = iam.statements({"Statement": {**statement, "Principal": "*"}}) or ()
    assert star.principals == (("*", "*"),)


@pytest.mark.parametrize(
    ("operator", "counts"),
    [
        ("StringEquals", True),
        ("stringLike", True),
        ("ArnLike", True),
        ("ForAnyValue:StringEquals", True),
        ("ForAllValues:StringEquals", False),
        ("StringEqualsIfExists", False),
        ("StringNotEquals", False),
        ("Null", False),
    ],
)
def test_only_operators_that_need_the_key_pin(operator: str, counts: bool) -> None:  # noqa: FBT001 - a table
    """An operator that holds where the key is absent restricts nobody."""
    (row,) = iam.statements({"Statement": allow("a:b", Condition={operator: {"aws:PrincipalOrgID": "o-1"}})}) or ()
    assert bool(row.pins("aws:principalorgid")) is counts


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("*", ""),
        ("arn:*", ""),
        ("arn:aws:iam::*:*", ""),
        ("arn:aws:iam::1:role*", ""),
        ("arn:aws:iam::1:role/*", ""),
        ("arn:aws:iam::1:role/?*/*", ""),
        ("arn:aws:iam::1:user/${aws:username}", ""),
        ("arn:aws:iam::1:role/team/*", "team"),
        ("arn:aws:s3:::*", ""),
        ("arn:aws:s3:::*/*", ""),
        ("arn:aws:s3:::bucket/*", "bucket"),
        ("arn:aws:sns:eu-central-1:1:topic-*", "topic-"),
        ("arn:aws:lambda:eu-central-1:1:function:*", ""),
    ],
)
def test_resource_name(arn: str, name: str) -> None:
    """A type without a name, a wildcard or a variable that the caller chooses name nothing."""
    assert iam.resource_name(arn) == name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("o-a1b2c3d4e5", True),
        ("o-*", False),
        ("o-a1b2c3d4e5/r-ab12/*", True),
        ("o-*/r-ab12/*", False),
        ("*", False),
        ("", False),
        ("${aws:PrincipalOrgID}", False),
        ("arn:aws:iam::123456789012:role/*", True),
        ("arn:aws:iam::*:role/deploy", False),
        ("arn:aws:s3:::bucket*", False),
        ("arn:aws:s3:::bucket/*", True),
    ],
)
def test_names_one(value: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """A condition's value restricts where it names an owner before any wildcard."""
    assert iam.names_one(value) is expected


@pytest.mark.parametrize(
    "name", ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess", "ReadOnlyAccess", "AmazonRDSFullAccess"]
)
def test_broad_policies_of_aws(name: str) -> None:
    """AWS's policies that allow whole services, or read all data, count in every partition; our namesakes do not."""
    assert iam.is_broad(f"arn:aws:iam::aws:policy/{name}")
    assert iam.is_broad(f"arn:aws-cn:iam::aws:policy/{name}")
    assert not iam.is_broad(f"arn:aws:iam::123456789012:policy/{name}")


@pytest.mark.parametrize(
    "name", ["job-function/ViewOnlyAccess", "SecurityAudit", "service-role/AmazonRDSEnhancedMonitoringRole"]
)
def test_narrow_policies_of_aws(name: str) -> None:
    """Policies that AWS made for one purpose may be attached."""
    assert not iam.is_broad(f"arn:aws:iam::aws:policy/{name}")


@pytest.mark.parametrize("file", iam_reference.FILES)
def test_published_data_is_fresh(file: str) -> None:
    """The lists are those of the installed reference: run ``python -m tests.policy.support.iam_reference``."""
    assert (iam_reference.DATA / file).read_text().splitlines() == iam_reference.FILES[file]()


def test_published_data_knows_well_known_actions() -> None:
    """Against a wrong derivation: actions of which AWS's documentation leaves no doubt."""
    assert not any(map(iam.supports_resources, ("ec2:DescribeInstances", "EC2:describeVpcs", "sts:GetCallerIdentity")))
    assert all(map(iam.supports_resources, ("s3:GetObject", "iam:PassRole", "kms:Decrypt", "new:ActionOfNextYear")))
    assert {"iam:passrole"} <= set(iam.privileges("iam:Pass*"))
    assert iam.privileges("iam:Get*") == iam.privileges("iam:List*") == []
    assert "s3:putbucketpolicy" in iam.privileges("s3:Put*")


def test_accounts_of_principals() -> None:
    """ARN or bare number; a role's unique id or a wildcard names no account."""
    assert iam.account_of("arn:aws:iam::123456789012:root") == iam.account_of("123456789012") == "123456789012"
    assert iam.account_of("AROAEXAMPLEID") is None
    assert iam.account_of("arn:aws:iam::*:root") is None
    assert iam.account_of("arn:aws:iam::12345678901:root") is None
