"""All files that people edit are judged at once: one mistake is one line with the file and the line of the key."""

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.problems import Problem
from lib.yaml_file import ROOT
from models.everything import problems
from stacks.environments import ENVIRONMENTS
from tests.support.depth import DEEP, deep, in_sample
from tests.support.effort import MOMENT, effort

TODAY = dt.date(2026, 11, 28)
DEV, ACCESS, LEDGER = "stacks/Pulumi.dev.yaml", "catalog/access.yaml", "roadmap/clauses.yaml"
WAIVERS, MANUAL, COMMANDS = "roadmap/waivers.yaml", "catalog/manual_rotation.yaml", "catalog/command_environment.yaml"
SERVICE, TEAM = "catalog/services/billing.yaml", "catalog/teams/payments.yaml"
EXTERNAL, VERSIONS = "catalog/dependencies/stripe.yaml", "charts/versions/dev.yaml"
PRICES, USAGE = "catalog/prices/eu-central-1.yaml", "catalog/usage.yaml"
ONE_OF_SEVERAL = (SERVICE, TEAM, EXTERNAL, PRICES)
"""Without such a file there is one thing less; others may refer to it."""
UNUSED = "  unused: { url: https://prices.example/list, what: a list, read: 2026-11-29 }\n"
FILES = (DEV, ACCESS, LEDGER, WAIVERS, MANUAL, COMMANDS, SERVICE, TEAM, EXTERNAL, VERSIONS, PRICES, USAGE)
WAIVER = """\
- policy: sec-07-flow-logs
  stack: dev
  resource: aws:ec2/vpc:Vpc::legacy-vpc
  reason: It goes away with the data centre.
  owner: ada
  approver: grace
  created: 2026-11-01
  expires: 2026-12-31
"""

P = "nationgraph-platform"
ONE_MISTAKE = [
    # file, what is replaced, by what, the text on the line, what is said
    (DEV, "cidr: 10.1.0.0/16", "cidr: 10.1.0.1/16", "cidr:", "has bits set behind its prefix"),
    (DEV, "cidr: 10.1.0.0/16", "cidr: 10.1.0.0/016", "cidr:", "write 10.1.0.0/16"),
    (
        DEV,
        "owner: platform",
        "owner: yes",
        "owner:",
        'is read by YAML as true; fix: write true or false, or put it in quotes: "yes"',
    ),
    (DEV, "owner: platform", f"owner: platform\n  {P}:backupRetentionDays: 010", "backupR", "is read by YAML as 8"),
    (DEV, "tailnet: dev.nationgraph.example", "tailnet: 1.20", "tailnet:", "is read by YAML as 1.2"),
    (DEV, "owner: platform", "owner: null", "owner:", "has no value"),
    (DEV, "owner: platform", "owner: 2026-11-28", "owner:", "is not the name of a team"),
    (DEV, '["111122223333"]', "[111122223333]", "allowedAccountIds", "put each in quotes"),
    (DEV, "costCentre", "costCenter", "costCenter", f"did you mean {P}:costCentre?"),
    (DEV, "config:", "confg:", "confg:", "did you mean config?"),
    (DEV, "config:", "config: {}\nconfig:", "config:", "given twice"),
    (ACCESS, "ports: [8080, 9090]\n    reached", "ports: [4_43]\n    reached", "4_43", "is read by YAML as 443"),
    (ACCESS, "external: true", 'external: "yes"', "external:", "is not true or false"),
    (ACCESS, "expires: 2028-06-30", "expires: null", "expires:", "has no value"),
    (ACCESS, "expires: 2028-06-30", "expires: 20280630", "expires:", "is not a day"),
    (ACCESS, "expires: 2028-06-30", "expires: 2026-06-30", "expires:", "expired, today is 2026-11-28"),
    (ACCESS, "kind: workloads\n", "knd: workloads\n", "knd:", "did you mean kind?"),
    (
        ACCESS,
        "[edgar@nationgraph.example, hedy@nationgraph.example]",
        "edgar@nationgraph.example",
        "edgar@",
        "is not a list",
    ),
    (ACCESS, "[edgar@nationgraph.example, hedy@nationgraph.example]", "null", "members:", "has no value"),
    (ACCESS, "[edgar@nationgraph.example, hedy@nationgraph.example]", "[]", "members:", "nobody is in it"),
    (ACCESS, "[edgar@nationgraph.example, hedy@nationgraph.example]", "[edgar]", "members:", "does not have the form"),
    (ACCESS, "    members: [edgar@nationgraph.example, hedy@nationgraph.example]\n", "", "data:", "nobody is in it"),
    (ACCESS, "groups:\n", "gruops:\n", "gruops:", "did you mean groups?"),
    (ACCESS, "karen@nationgraph.example", "ada@elsewhere.example", "ada@", "has the same name before the @"),
    (LEDGER, "due: 2026-Q4", "due: Q4 2026", "Q4 2026", "write year and quarter, as 2026-Q4"),
    (LEDGER, "  - id: DEV-05\n", "  - id: DEV-5\n", "DEV-5", "as SEC-06"),
    (LEDGER, "clauses:\n", "\tclauses:\n", "clauses:", "cannot start any token"),
    (LEDGER, "state: planned", "sate: planned", "sate:", "did you mean state?"),
    (WAIVERS, "[]\n", WAIVER.replace("2026-12-31", "2026-11-27"), "expires:", "expired, today is 2026-11-28"),
    (WAIVERS, "[]\n", WAIVER.replace("2026-12-31", "2027-12-31"), "expires:", "at most 90 are allowed"),
    (WAIVERS, "[]\n", WAIVER.replace("approver: grace", "approver: ada"), "approver:", "is the owner too"),
    (WAIVERS, "[]\n", WAIVER.replace("grace", "ada@nationgraph.example"), "approver:", "did you mean ada?"),
    (WAIVERS, "[]\n", WAIVER.replace("grace", "\u0430da"), "approver:", "is no member of catalog/access.yaml"),
    (WAIVERS, "[]\n", WAIVER.replace("grace", "sam"), "approver:", "is no member of catalog/access.yaml"),
    (WAIVERS, "[]\n", WAIVER.replace("flow-logs", "flow-log"), "policy:", "did you mean sec-07-flow-logs?"),
    (WAIVERS, "[]\n", WAIVER.replace("stack: dev", "stack: prod"), "stack:", "there is no such stack"),
    (
        WAIVERS,
        "[]\n",
        WAIVER.replace("aprover", "approver").replace("approver:", "aprover:"),
        "aprover:",
        "did you mean approver?",
    ),
    (WAIVERS, "[]\n", WAIVER + WAIVER, "resource:", "repeats the waiver of line"),
    (MANUAL, "changed: 2026-11-16", "changed: 2026-12-16", "changed:", "lies after today"),
    (MANUAL, "owner: platform", "ower: platform", "ower:", "did you mean owner?"),
    (MANUAL, "owner: platform", "owner: on", "owner:", "is read by YAML as true"),
    (SERVICE, "tier: core", "teir: core", "teir:", "did you mean tier?"),
    (SERVICE, "services: [auth,", "services: [auht,", "services: [auht", "did you mean auth?"),
    (TEAM, "[ada, linus]", "[ada, sam]", "members:", "is not employed"),
    (TEAM, '"#payments"', "payments", "slack:", "the names in quotes"),
    (EXTERNAL, "critical: true", "critical: yes", "critical:", "is read by YAML as true"),
    (VERSIONS, "namespace: payments", "namespace: payment", "service: billing", "write namespace: payments"),
    (PRICES, 't4g.small: { usd: "0.0192"', "t4g.small: { usd: 0.0192", "t4g.small:", "is no amount in quotes"),
    (PRICES, 't4g.small: { usd: "0.0192"', 't4g.small: { usd: "-1"', "t4g.small:", "is no amount in quotes"),
    (PRICES, 't4g.small: { usd: "0.0192"', 't4g.small: { usd: "1e-2"', "t4g.small:", "is no amount in quotes"),
    (
        PRICES,
        'usage: "BoxUsage:t4g.small", source: machines',
        'usage: "BoxUsage:t4g.small", source: machine',
        "t4g.small:",
        "is no source of this file",
    ),
    (
        PRICES,
        "GB-month, usage: TimedStorage-ByteHrs, source: logs",
        "GB-mon, usage: TimedStorage-ByteHrs, source: logs",
        "logs/stored",
        "did you mean GB-month?",
    ),
    (PRICES, "name: eu-central-1", "name: eu-central-2", "name:", "is not the name of its file"),
    (PRICES, "sources:\n", f"sources:\n{UNUSED}", "unused:", "is named by no price"),
    (USAGE, 'quantity: "0"\n    why: a state', "quantity: 0\n    why: a state", "quantity:", "is no amount in quotes"),
    (USAGE, "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc", "aws:ec2/vpc:Vpc", "is listed twice"),
    (USAGE, "unpriced:\n", "unprised:\n", "unprised:", "did you mean unpriced?"),
    (COMMANDS, "PGHOST: {source", "PATH: {source", "PATH:", "steers programs"),
    (COMMANDS, "PGHOST: {source", "PGHOST: {name: PGHOST, source", "PGHOST:", "is no key here"),
    (COMMANDS, "key: host, environments: [sandbox", "key: host, environments: [production", "PGHOST:", "is none of"),
]


class Clone:
    """The data of the repository, free to break."""

    def __init__(self, root: Path) -> None:
        self.root = root
        patterns = ("stacks/*.yaml", "catalog/**/*.yaml", "roadmap/*.yaml", "charts/versions/*", "docs/runbooks/*.md")
        for path in (path for pattern in patterns for path in ROOT.glob(pattern)):
            copied = root / path.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copied)

    def text(self, file: str) -> str:
        """What is committed."""
        return (ROOT / file).read_text(encoding="utf-8")

    def write(self, file: str, content: str | bytes) -> None:
        """Another content of a file."""
        (self.root / file).write_bytes(content.encode() if isinstance(content, str) else content)

    def problems(self) -> list[str]:
        """The lines, without the folder."""
        return [str(problem).removeprefix(f"{self.root}/") for problem in problems(self.root, TODAY)]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A copy for one test."""
    return Clone(tmp_path)


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A copy for many examples, each of which puts back what it changed."""
    return Clone(tmp_path_factory.mktemp("clone"))


def test_what_is_committed_is_right() -> None:
    """Today, and in a copy elsewhere."""
    assert problems() == ()


@pytest.mark.parametrize(("file", "before", "after", "at", "says"), ONE_MISTAKE)
def test_one_mistake_is_one_line(  # noqa: PLR0917 - pytest passes them by name
    clone: Clone, file: str, before: str, after: str, at: str, says: str
) -> None:
    """With the line of the key that is wrong."""
    text = clone.text(file)
    assert before in text
    text = text.replace(before, after, 1)
    clone.write(file, text)
    (line,) = clone.problems()
    numbers = [number for number, content in enumerate(text.splitlines(), 1) if at in content]
    assert any(line.startswith(f"{file}:{number}: ") for number in numbers), line
    assert says in line


@pytest.mark.parametrize("section", ["groups", "resources", "grants"])
@pytest.mark.parametrize("value", [" null", "", " 7", " yes", " {}", " text"])
def test_a_section_that_is_wrong_is_one_line(clone: Clone, section: str, value: str) -> None:
    """What names something in it is not wrong too."""
    head, _, rest = clone.text(ACCESS).partition(f"\n{section}:\n")
    following = [f"\n{name}:" for name in ("resources", "grants") if f"\n{name}:\n" in rest]
    tail = f"{following[0]}{rest.partition(following[0])[2]}" if following else "\n"
    clone.write(ACCESS, f"{head}\n{section}:{value}{tail}")
    (line,) = clone.problems()
    assert line.startswith(f"{ACCESS}:{head.count(chr(10)) + 2}: {section}: ")


def test_ranges_that_overlap_are_said_of_both_stacks(clone: Clone) -> None:
    """Each by the name of the other, in its own file."""
    clone.write("stacks/Pulumi.staging.yaml", clone.text("stacks/Pulumi.staging.yaml").replace("10.2.", "10.3."))
    production, staging = clone.problems()
    assert production.startswith("stacks/Pulumi.production.yaml:5: ")
    assert "overlaps 10.3.0.0/16 of staging" in production
    assert "overlaps 10.3.0.0/16 of production" in staging


@pytest.mark.no_cover
@pytest.mark.parametrize("key", ["aws:allowedAccountIds", "tailscale:tailnet", f"{P}:cidr"])
@pytest.mark.parametrize("stack", ENVIRONMENTS)
@pytest.mark.parametrize("other", ENVIRONMENTS)
def test_what_is_one_stacks_is_no_others(clone: Clone, stack: str, other: str, key: str) -> None:
    """Every pair of stacks: account, tailnet and range, refused by name of the other."""
    if stack == other:
        return
    value = next(line for line in clone.text(f"stacks/Pulumi.{other}.yaml").splitlines() if key in line)
    file = f"stacks/Pulumi.{stack}.yaml"
    clone.write(file, "\n".join(value if key in line else line for line in clone.text(file).splitlines()) + "\n")
    said = [line for line in clone.problems() if line.startswith(f"{file}:")]
    assert len(said) == 1
    assert f" of {other}" in said[0]
    assert key in said[0]


def test_a_clause_that_is_gone_is_missed(clone: Clone) -> None:
    """Any of them, with the line of the one before it."""
    entries = clone.text(LEDGER).split("\n  - id: ")
    for index in range(1, len(entries)):
        clone.write(LEDGER, "\n  - id: ".join(entries[:index] + entries[index + 1 :]))
        (line,) = [line for line in clone.problems() if line.startswith(f"{LEDGER}:")]
        assert f"{entries[index][:6]} of the roadmap is missing" in line


@pytest.mark.parametrize("file", [file for file in FILES if file not in ONE_OF_SEVERAL])
def test_a_file_that_is_not_there_is_one_line(clone: Clone, file: str) -> None:
    """Gone, or a folder in its place."""
    path = clone.root / file
    path.unlink()
    (line,) = clone.problems()
    assert line.startswith(f"{file}: does not exist; fix: ")
    path.mkdir()
    (line,) = clone.problems()
    assert line.startswith(f"{file}: is a folder; fix: ")


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "7\n", "hello\n", "- 7\n", "a: &a [*a]\n", "a: !x b\n", "\ta: b\n"]
)
@pytest.mark.parametrize("file", FILES)
def test_a_file_of_another_form_is_said_in_few_lines(clone: Clone, file: str, text: str) -> None:
    """Never more than one line for each section that is missing."""
    clone.write(file, text)
    found = clone.problems()
    assert 1 <= len(found) <= 4
    assert all(line.startswith(f"{file}:") for line in found)


def test_every_file_is_judged_at_once(clone: Clone) -> None:
    """A mistake in each of the files gives a line for each, sorted by file."""
    for file, before, after, *_ in {case[0]: case for case in ONE_MISTAKE}.values():
        clone.write(file, clone.text(file).replace(before, after, 1))
    assert [line.partition(":")[0] for line in clone.problems()] == sorted(FILES)


@st.composite
def edits(draw: st.DrawFn, text: str) -> str:
    """A text with one piece cut out, moved or replaced by characters that mean something to YAML."""
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 40)))
    odd = st.text(st.sampled_from("ab01:-[]{}&*!|>'\"#%@`?, \n\t_.~<=\x00\u200b\xe9"), max_size=8)
    put = draw(
        odd | st.sampled_from(["null", "yes", "010", "1.20", "[]", "{}", "2026-01-01", "x" * 300, "1e999", "- "])
    )
    return text[:start] + put + text[end:]


@deep
@pytest.mark.parametrize("file", FILES)
@settings(max_examples=300 if DEEP else 5)
@given(data=st.data())
def test_no_edit_makes_a_reader_fail(worn: Clone, file: str, data: st.DataObject) -> None:
    """Whatever is typed where: lines with file, reason and fix, at once, and no exception."""
    text = data.draw(edits(worn.text(file)))
    worn.write(file, text)
    found: list[Problem] = []
    try:
        assert effort(lambda: found.extend(problems(worn.root, TODAY))) < 2 * MOMENT
    finally:
        worn.write(file, worn.text(file))
    assert all(problem.file and problem.why and problem.fix for problem in found)
    assert all(len(str(problem).splitlines()) == 1 for problem in found)


def _values() -> Iterator[object]:
    yield from (None, True, 0, -1, 2**70, 1.5, "", "x", "*", [], {}, [[]], [None], {"a": 1}, ["x"] * 3, "2026-13-01")


@deep
@pytest.mark.parametrize(("file", "value"), [(f, v) for f in FILES for v in _values() if in_sample(f"{f} {v!r}", 8)])
def test_no_value_makes_a_reader_fail(worn: Clone, file: str, value: object) -> None:
    """Each value of each file in turn is another kind of thing: refused in lines, or taken; never an exception."""
    lines = worn.text(file).splitlines()
    for number in range(0, len(lines), max(1, len(lines) // (12 if DEEP else 4))):
        head, colon, _ = lines[number].partition(": ")
        if not colon or head.lstrip().startswith("#"):
            continue
        changed = [*lines[:number], f"{head}: {json.dumps(value)}", *lines[number + 1 :]]
        worn.write(file, "\n".join(changed) + "\n")
        try:
            assert all(problem.why for problem in problems(worn.root, TODAY))
        finally:
            worn.write(file, worn.text(file))


def test_the_command_prints_the_lines_alone(tmp_path: Path) -> None:
    """Exit code 1 and the lines on standard error; nothing where all is right."""
    for folder in ("lib", "models", "stacks", "catalog", "roadmap", "docs", "charts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "models.everything"]
    right = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (right.returncode, right.stdout, right.stderr) == (0, "", "")
    (tmp_path / DEV).write_text("config:\n  owner: yes\n", encoding="utf-8")
    wrong = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
    assert f"{DEV}:2: owner: 'yes': is read by YAML as true" in wrong.stderr
