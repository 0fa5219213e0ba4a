"""Settings: right ones load, every wrong one is one line with file, line, key, value, reason and fix."""

from pathlib import Path
from typing import Any

import pytest

from stacks.environments import ENVIRONMENTS, unknown_stack
from stacks.errors import SettingsError
from stacks.files import FOLDER, read
from stacks.model import KEYS
from stacks.settings import load, load_file, main

P = "nationgraph-platform"
OPTIONAL = {f"{P}:{name}" for name in ("deletionBudget", "directoryAccountId", "organizationId")}
AWS_KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"  # in halves, so that secret scanners pass over it
ZONES = "[eu-central-1a, eu-central-1b]"

WRONG_VALUES = [
    # key, value, what the line says, its fix
    (f"{P}:cidr", "10.1.0.0/33", "'10.1.0.0/33': is not an IPv4 range", "write four numbers"),
    (f"{P}:cidr", "ten", "'ten': is not an IPv4 range", "write four numbers"),
    (f"{P}:cidr", "", "has no value", "write one, or leave the key out"),
    (f"{P}:cidr", '""', "'': is not an IPv4 range", "write four numbers"),
    (f"{P}:cidr", "[10.1.0.0/16]", "is not an IPv4 range", "write four numbers"),
    (f"{P}:cidr", "fd00::/48", "'fd00::/48': is not an IPv4 range", "write four numbers"),
    (f"{P}:cidr", "10.1.0.0", "'10.1.0.0': is an address", "write four numbers"),
    (f"{P}:cidr", "10.1.0.0/255.255.0.0", "is not the usual spelling", "write 10.1.0.0/16"),
    (f"{P}:cidr", "10.1.2.3/16", "'10.1.2.3/16': has bits set behind its prefix", "write 10.1.0.0/16"),
    (f"{P}:cidr", "10.4.0.0/21", "is too small", "use a /16 to /20"),
    (f"{P}:cidr", "10.0.0.0/8", "is too large", "use a /16"),
    (f"{P}:cidr", "8.8.0.0/16", "is not private (RFC 1918)", "choose a range inside 10.0.0.0/8"),
    (f"{P}:cidr", "172.32.0.0/16", "is not private (RFC 1918)", "choose a range inside 10.0.0.0/8"),
    (f"{P}:cidr", "100.64.0.0/16", "overlaps the tailnet's range 100.64.0.0/10", "choose a range inside 10.0.0.0/8"),
    (f"{P}:cidr", "100.127.240.0/20", "overlaps the tailnet's range", "choose a range inside 10.0.0.0/8"),
    (f"{P}:cidr", "10.3.0.0/16", "overlaps 10.3.0.0/16 of production", "use a free range, for example 10.1.0.0/16"),
    (f"{P}:cidr", "10.3.16.0/20", "overlaps 10.3.0.0/16 of production", "use a free range, for example 10.1.0.0/20"),
    (f"{P}:zones", "[eu-central-1a]", "has fewer than two zones", "name at least 2"),
    (f"{P}:zones", "[]", "has fewer than two zones", "name at least 2"),
    (f"{P}:zones", "[eu-central-1a, eu-central-1a]", "names eu-central-1a twice", "name each zone once"),
    (f"{P}:zones", "[eu-central-1a, eu-west-1b]", "names eu-west-1b, no zone of eu-central-1", "use eu-central-1a to"),
    (f"{P}:zones", "[eu-central-1a, eu-central-1z]", "names eu-central-1z, no zone of", "use eu-central-1a to"),
    (f"{P}:zones", "[eu-central-1a, eu-central-1-ham-1a]", "no zone of eu-central-1", "use eu-central-1a to"),
    (f"{P}:zones", f"{ZONES[:-1]}, eu-central-1c]", "has 3 zones where the environment runs in 2", "name 2"),
    (f"{P}:zones", "eu-central-1a", "is not a list of zones", "write a YAML list"),
    (f"{P}:zones", "[1, 2]", "is not a list of zones as text", "put each in quotes"),
    (f"{P}:zones", "[true]", "is not a list of zones", "put each in quotes"),
    (f"{P}:zones", "{a: b}", "is not a list of zones", "write a YAML list"),
    (f"{P}:zones", "null", "has no value", "write one, or leave the key out"),
    ("aws:region", "eu-centrall-1", "'eu-centrall-1': is not an AWS region", "write eu-central-1"),
    ("aws:region", "mars", "'mars': is not an AWS region", "write for example eu-central-1"),
    ("aws:allowedAccountIds", "[111122223333]", "is not a list of account IDs as text", "put each in quotes"),
    ("aws:allowedAccountIds", '["1234"]', "is not an AWS account ID", "write its 12 digits"),
    ("aws:allowedAccountIds", '["11112222333a"]', "is not an AWS account ID", "write its 12 digits"),
    ("aws:allowedAccountIds", "[]", "names 0 accounts", "list that one"),
    ("aws:allowedAccountIds", '["111122223333", "444455556666"]', "names 2 accounts", "list that one"),
    ("aws:allowedAccountIds", '"111122223333"', "is not a list of account IDs", "write a YAML list"),
    (f"{P}:githubRepository", "platform", "'platform': is not a GitHub repository", "write owner/name"),
    (f"{P}:githubRepository", "nationgraph/*", "'nationgraph/*': is not a GitHub repository", "write owner/name"),
    (f"{P}:githubRepository", "nationgraph@1/platform", "is not a GitHub repository", "write owner/name"),
    (f"{P}:directoryAccountId", '"2222"', "'2222': is not an AWS account ID", "write its 12 digits"),
    (f"{P}:organizationId", "nationgraph", "'nationgraph': is not an organisation's id", "write it as o-a1b2c3d4e5"),
    *(
        (f"{P}:deletionBudget", value, "is no whole number from 0 to 1000", "write how many services may go, as 1")
        for value in ("-1", "1001", "1.0", "two", "true", "[1]", '""', "100000", '"1 "')
    ),
    (f"{P}:alertEmail", "nobody", "'nobody': is not an e-mail address", "write the address"),
    (
        "tailscale:tailnet",
        "nationgraph",
        "'nationgraph': is not the name of a tailnet",
        "write it as the admin console",
    ),
    ("tailscale:tailnet", "Dev.Example.com", "is not the name of a tailnet", "write it as the admin console"),
    ("tailscale:apiKey", "x", "is a secret in plain text", "delete it from the file and its history"),
    ("tailscale:oauthClientSecret", "{secure: v1:abc}", "is no key here", "remove it"),
    (f"{P}:owner", "Platform Team", "'Platform Team': is not the name of a team", "write it in small letters"),
    (f"{P}:costCentre", "lots", "'lots': is not a cost centre", "write letters, a dash and digits"),
    (f"{P}:size", "big", "is no key here", "remove it; the keys are aws:region,"),
    (f"{P}:backupRetentionDays", "14", "is no key here", "remove it; the keys are aws:region,"),
    (f"{P}:organizationID", "14", "is no key here", f"did you mean {P}:organizationId?"),
    ("aws:profile", "me", "is no key here", "remove it"),
    ("gcp:project", "me", "is no key here", "remove it"),
    (f"{P}:owner", "{secure: v1:abc}", "is encrypted, though", "write it in plain text"),
    (f"{P}:zones", "[{secure: v1:abc}]", "is encrypted, though", "write it in plain text"),
    (f"{P}:size", "{secure: v1:abc}", "is no key here", "remove it"),
    (f"{P}:dbPassword", "hunter2", "is a secret in plain text", "delete it from the file and its history, rotate it"),
    (f"{P}:api-token", "hunter2", "is a secret in plain text", "delete it from the file and its history, rotate it"),
    (f"{P}:owner", AWS_KEY_ID, "is a secret in plain text", "delete it from the file and its history, rotate it"),
    (f"{P}:size", f"[{AWS_KEY_ID}]", "is a secret in plain text", "delete it from the file and its history"),
    ("aws:accessKey", AWS_KEY_ID, "is a credential of AWS", "delete it, rotate it, and sign in"),
    ("aws:secretKey", "hunter2", "is a credential of AWS", "delete it, rotate it, and sign in"),
    ("aws:token", "{secure: v1:abc}", "is a credential of AWS", "delete it, rotate it, and sign in"),
]


@pytest.mark.parametrize(("key", "value", "why", "fix"), WRONG_VALUES)
def test_wrong_value_is_one_line(stacks: Any, key: str, value: str, why: str, fix: str) -> None:
    """One wrong value is exactly one line: file, line, key, reason, and how to put it right."""
    line = stacks.set("dev", key, value)
    (problem,) = stacks.problems("dev")
    assert problem.startswith(f"Pulumi.dev.yaml:{line}: {key}: ")
    assert why in problem
    assert f"; fix: {fix}" in problem


@pytest.mark.parametrize(("value", "budget"), [("0", 0), ("7", 7), ('"12"', 12), ("1000", 1000), (None, 0)])
def test_budget_is_a_count_and_none_where_nothing_is_said(stacks: Any, value: str | None, budget: int) -> None:
    """Quotes make no difference: the engine passes text."""
    stacks.set("dev", f"{P}:deletionBudget", value)
    assert load_file(stacks.path("dev")).deletion_budget == budget


@pytest.mark.parametrize("value", ["hunter2", AWS_KEY_ID, "v1:abc"])
@pytest.mark.parametrize("key", ["aws:secretKey", f"{P}:dbPassword", f"{P}:owner", f"{P}:size"])
def test_possible_secret_is_never_printed(stacks: Any, key: str, value: str) -> None:
    """A value that is, or may be, a secret is in no message, plain or encrypted."""
    stacks.set("dev", key, value if value != "v1:abc" else f"{{secure: {value}}}")
    for problem in stacks.problems("dev"):
        assert value not in problem


@pytest.mark.parametrize("key", [key for key in KEYS if key not in OPTIONAL])
def test_missing_key_is_one_line_with_an_example(stacks: Any, key: str) -> None:
    """A key that is left out is one line, whose example is itself right."""
    line = stacks.set("dev", key, None)
    (problem,) = stacks.problems("dev")
    start = f"Pulumi.dev.yaml:{line}: {key}: is missing; fix: add it, for example {key}: "
    assert problem.startswith(start)
    stacks.set("dev", key, problem.removeprefix(start))
    assert stacks.problems("dev") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [(f"{P}:cdir", f"{P}:cidr"), ("cidr", f"{P}:cidr"), ("aws:regoin", "aws:region"), (f"{P}:region", "aws:region")],
)
def test_misspelt_key_is_one_line_and_not_also_missing(stacks: Any, written: str, meant: str) -> None:
    """A slip in a key is reported once, with the key that was meant."""
    path = stacks.path("dev")
    path.write_text(path.read_text().replace(f"{meant}:", f"{written}:"))
    (problem,) = stacks.problems("dev")
    line = stacks.line("dev", written)
    assert problem == f"Pulumi.dev.yaml:{line}: {written}: is no key here; fix: did you mean {meant}?"


def test_directory_in_another_account_needs_its_organisation(stacks: Any) -> None:
    """People who sign in elsewhere are trusted only as members of the organisation; at home they need none."""
    stacks.set("dev", f"{P}:organizationId", None)
    (problem,) = stacks.problems("dev")
    assert "people sign in at 888899990000, another account than 111122223333" in problem
    stacks.set("dev", f"{P}:directoryAccountId", '"111122223333"')
    assert stacks.problems("dev") == []


def test_all_problems_at_once_in_the_order_of_the_file(stacks: Any) -> None:
    """Every wrong setting is reported in one go, whatever its kind."""
    lines = [
        stacks.set("dev", "aws:region", "mars"),
        stacks.set("dev", f"{P}:cidr", "10.1.0.0/33"),
        stacks.set("dev", f"{P}:zones", "[a]"),
        stacks.set("dev", f"{P}:owner", "{secure: v1:abc}"),
        stacks.set("dev", f"{P}:costCentre", "99"),
        stacks.set("dev", f"{P}:dbPassword", "hunter2"),
        stacks.set("dev", f"{P}:size", "big"),
    ]
    stacks.path("dev").write_text(stacks.path("dev").read_text() + "colour: blue\n")
    problems = stacks.problems("dev")
    assert [int(problem.split(":")[1]) for problem in problems] == [*lines, lines[-1] + 1]


def test_unknown_stack_is_named_with_what_was_meant(stacks: Any) -> None:
    """A file for an environment that is not in the table is refused; its settings are checked all the same."""
    stacks.path("production").rename(stacks.path("prodction"))
    stacks.set("prodction", f"{P}:owner", "Platform")
    first, second = stacks.problems("prodction")
    assert first == (
        f"Pulumi.prodction.yaml: stack 'prodction' is none of {', '.join(ENVIRONMENTS)}; fix: did you mean production?"
    )
    assert f"{P}:owner" in second


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_real_files_load(stack: str) -> None:
    """Each stack file of the repository is right and carries its environment's row."""
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")
    assert settings.environment == ENVIRONMENTS[stack]
    assert len(settings.zones) == settings.environment.zone_count
    assert settings.tags.environment == stack
    assert settings.tags.data_classification == settings.environment.data_classification


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_set_by_a_stack(key: str) -> None:
    """A setting that no stack sets is tried by nobody; what differs by environment is a column of the table."""
    assert [stack for stack in ENVIRONMENTS if key in read(FOLDER / f"Pulumi.{stack}.yaml").config]


def test_errors_without_a_file_name_the_key_alone() -> None:
    """The pure function knows of no file, and reports every missing key."""
    with pytest.raises(SettingsError) as caught:
        load("dev", {}, (), {})
    assert len(caught.value.problems) == len(KEYS) - len(OPTIONAL)
    assert str(caught.value).startswith("aws:allowedAccountIds: is missing; fix: ")


def test_command_reports_every_file(
    stacks: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check of all files passes on right files, and fails with the problems of wrong and absent ones."""
    monkeypatch.setattr("stacks.settings.FOLDER", stacks.folder)
    assert main() == 0
    assert f"{len(ENVIRONMENTS)} stack files are right" in capsys.readouterr().out
    stacks.set("dev", f"{P}:cidr", "10.3.0.0/16")
    Path(stacks.path("staging")).unlink()
    assert main() == 1
    report = capsys.readouterr().err
    assert "Pulumi.dev.yaml:5: nationgraph-platform:cidr: '10.3.0.0/16': overlaps 10.3.0.0/16 of production" in report
    assert "Pulumi.production.yaml:5: nationgraph-platform:cidr: '10.3.0.0/16': overlaps 10.3.0.0/16 of dev" in report
    assert "Pulumi.staging.yaml: does not exist" in report


STRANGE_NAMES = [
    "dev;id",
    "dev id",
    "$(id)",
    "`id`",
    "../dev",
    "dev/",
    "DEV",
    "",
    "-h",
    "dev\n",
    "d\u0435v",
    "x" * 5000,
    "\x1b[31m",
]


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_only_names_of_the_table_are_stacks(name: str) -> None:
    """Whatever else stands in STACK is refused in one short line that does nothing to a terminal."""
    problem = unknown_stack(name)
    assert problem is not None
    assert str(problem).isprintable()
    assert len(str(problem)) < 300
    assert [unknown_stack(stack) for stack in ENVIRONMENTS] == [None] * len(ENVIRONMENTS)
