"""The access model is read whole or refused with every reason."""

import datetime as dt
from pathlib import Path

import pytest

from lib.problems import FileError
from models.access.loader import load_access
from models.access.model import ENVIRONMENTS as NAMES
from models.access.model import PRODUCTION_DATA, Access
from stacks.environments import ENVIRONMENTS

TODAY = dt.date(2026, 11, 25)
GOOD = """\
groups:
  staff: {kind: people, description: Employees, members: [ada@a.example, bob@a.example]}
  guests: {kind: people, description: Not employed, members: [sam@b.example], external: true}
  ci: {kind: machines, description: Runners}
  pods: {kind: workloads, description: Services, tier: private}
resources:
  orders: {description: Orders, kind: database, data: production, tier: database, ports: [5432], reached: router}
  board: {description: Charts, kind: dashboard, data: none, tier: private, ports: [443, 80], reached: node}
grants:
  - {group: staff, resource: board, ports: [443], purpose: Look, owner: staff}
  - {group: staff, resource: orders, ports: [5432], role: reader, purpose: Repair, owner: ada@a.example}
  - {group: guests, resource: board, ports: [443], purpose: Look, owner: staff, expires: 2026-11-25}
  - {group: pods, resource: orders, ports: [5432], role: writer, purpose: Serve, owner: staff, environments: [dev]}
"""


def load(folder: Path, text: str) -> Access:
    """The model with this text, in ``folder/access.yaml``, on a fixed day."""
    path = folder / "access.yaml"
    path.write_text(text, encoding="utf-8")
    return load_access(path, TODAY)


def problems(folder: Path, text: str) -> list[str]:
    """The lines of the error, without the folder's name."""
    with pytest.raises(FileError) as error:
        load(folder, text)
    assert len(error.value.problems) == len(str(error.value).splitlines())
    return [line.removeprefix(f"{folder}/access.yaml:") for line in str(error.value).splitlines()]


def test_the_companys_own_file_is_good() -> None:
    """What is committed loads today, and every environment has grants."""
    access = load_access()
    assert all(access.for_environment(name).grants for name in NAMES)


def test_environments_are_those_of_the_stacks() -> None:
    """The names, and which of them hold real data, follow the table of environments."""
    assert tuple(ENVIRONMENTS) == NAMES
    confidential = [name for name, row in ENVIRONMENTS.items() if row.data_classification == "confidential"]
    assert tuple(confidential) == PRODUCTION_DATA


def test_an_environment_sees_its_own_grants(tmp_path: Path) -> None:
    """A grant of another environment, and one whose last day has passed, are gone; the last day itself counts."""
    access = load(tmp_path, GOOD)
    assert access.for_environment("dev", TODAY).allows("pods", "orders", 5432)
    assert not access.for_environment("production", TODAY).allows("pods", "orders", 5432)
    assert access.for_environment("dev", TODAY).allows("guests", "board", 443)
    assert not access.for_environment("dev", TODAY + dt.timedelta(1)).allows("guests", "board", 443)
    assert not access.allows("staff", "board", 80)
    with pytest.raises(ValueError, match="'prod' is not an environment; use one of sandbox"):
        access.for_environment("prod")


def test_the_model_survives_its_own_data(tmp_path: Path) -> None:
    """Written out as plain data and read again it is the same."""
    access = load(tmp_path, GOOD)
    assert Access.model_validate(access.as_data()) == access


WRONG = [
    ("group: pods", "group: pod", "13: grants.3.group: 'pod': there is no such group", "did you mean pods?"),
    (
        "resource: board",
        "resource: bored",
        "10: grants.0.resource: 'bored': there is no such resource",
        "did you mean board?",
    ),
    ("group: guests", "group: autogroup:member", "12: grants.2.group: 'autogroup:member': is everyone", "name one of"),
    ("group: guests", "group: '*'", "12: grants.2.group: '*': is everyone", "name one of"),
    ("group: guests", "group: all", "12: grants.2.group: 'all': is everyone", "name one of"),
    ("ports: [443]", "ports: [443-445]", "10: grants.0.ports.0: '443-445': is a range", "list single ports"),
    ("ports: [443]", "ports: 443-445", "10: grants.0.ports: '443-445': is a range", "list single ports"),
    ("ports: [443]", "ports: ['*']", "10: grants.0.ports.0: '*': is a range", "list single ports"),
    ("ports: [443]", "ports: []", "10: grants.0.ports: []: ", "list single ports"),
    ("ports: [443]", "ports: [true]", "10: grants.0.ports.0: True: is not a whole number", "list single"),
    ("ports: [443]", "ports: [70000]", "10: grants.0.ports.0: 70000: ", "from 1 to 65535"),
    ("ports: [443]", "ports: [8443]", "10: grants.0.ports: 8443: board has no such port", "use 443, 80, or add"),
    ("ports: [443]", "ports: [443, 443]", "10: grants.0.ports: [443, 443]: names something twice", "name it once"),
    ("2026-11-25", "2026-11-24", "12: grants.2.expires: '2026-11-24': expired, today is 2026-11-25", "renewed"),
    ("2026-11-25", "2026-13-01", "12: grants.2.expires: '2026-13-01': is no day of the calendar", "as 2027-01-31"),
    ("2026-11-25", "soon", "12: grants.2.expires: 'soon': ", "write the last day, as 2027-01-31"),
    ("role: reader, ", "", "11: grants.1.role: None: a database is entered with a role", "reader, writer or owner"),
    ("role: reader", "role: admin", "11: grants.1.role: 'admin': ", "write reader, writer or owner"),
    (
        "purpose: Look",
        "role: reader, purpose: Look",
        "10: grants.0.role: 'reader': board is a dashboard",
        "remove role",
    ),
    ("purpose: Look, ", "", "10: grants.0.purpose: is missing", "write why"),
    ("purpose: Look", "purpose: ''", "10: grants.0.purpose: ''", "write why"),
    ("owner: staff", "owner: eve@a.example", "10: grants.0.owner: 'eve@a.example': is neither a group nor", "name a"),
    ("owner: staff", "owner: ci", "10: grants.0.owner: 'ci': cannot answer for access", "name a group of people"),
    ("owner: staff", "owner: guests", "10: grants.0.owner: 'guests': cannot answer for access", "name a group"),
    ("owner: staff", "owner: sam@b.example", "10: grants.0.owner: 'sam@b.example': is external", "name a group"),
    ("purpose: Look", "why: x, purpose: Look", "10: grants.0.why: is no key here", "the keys are group, resource"),
    (
        "environments: [dev]",
        "environments: [prod]",
        "13: grants.3.environments.0: 'prod': ",
        "did you mean production?",
    ),
    ("environments: [dev]", "environments: [dev, dev]", "13: grants.3.environments: ['dev', 'dev']: ", "name it once"),
    ("sam@b.example", "", "3: groups.guests.members: []: nobody is in it", "name its people"),
    ("bob@a.example", "ada@a.example", "2: groups.staff.members: 'ada@a.example': is listed 2 times", "list it once"),
    ("bob@a.example", "bob", "2: groups.staff.members.1: 'bob': ", "the address with which the person signs in"),
    ("bob@a.example", "sam@b.example", "3: groups.guests.members: 'sam@b.example': sam@b.example is in guests", "keep"),
    (
        "description: Runners",
        "description: Runners, members: [ada@a.example]",
        "4: groups.ci.members: ['ada@a.example']: machines have no members",
        "remove members",
    ),
    (
        "description: Runners",
        "description: Runners, external: true",
        "4: groups.ci.external: True: only people are external",
        "remove external",
    ),
    (
        "description: Runners",
        "description: Runners, account: reader",
        "4: groups.ci.account: 'reader': machines have no role in the account",
        "remove account",
    ),
    (
        "description: Not employed",
        "description: Not employed, account: reader",
        "3: groups.guests.account: 'reader': people who are not employed have no role in the account",
        "remove account",
    ),
    (
        "  staff: {kind: people,",
        "  deploy: {kind: people, account: reader, description: Ship, members: [d@a.example]}\n  staff: {kind: people,",
        "2: groups.deploy: 'deploy': is the name of another role in the account",
        "choose another name",
    ),
    (
        "description: Runners",
        "description: Runners, tier: private",
        "4: groups.ci.tier: 'private': machines are not bound to a tier",
        "remove tier",
    ),
    (
        "kind: machines, description: Runners",
        "kind: functions, description: Makes, members: [ada@a.example]",
        "4: groups.ci.members: ['ada@a.example']: functions have no members: they are known by name",
        "remove members",
    ),
    (
        "kind: machines, description: Runners",
        "kind: functions, description: Makes, tier: private",
        "4: groups.ci.tier: 'private': functions are not bound to a tier: they are known by their security group",
        "remove tier",
    ),
    (
        "  pods: {kind: workloads, description: Services, tier: private}",
        "  pods: {kind: functions, description: Makes}",
        "13: grants.3.resource: 'orders': orders is a database; functions enter an API alone",
        "name the cluster's API",
    ),
    (", tier: private}\nres", "}\nres", "5: groups.pods.tier: None: workloads run in a tier", "name it"),
    (
        "kind: machines",
        "kind: robots",
        "4: groups.ci.kind: 'robots': is none of people, machines, workloads, functions",
        "write one",
    ),
    ("  ci:", "  Ci:", "4: groups.Ci: Tailscale, DNS or PostgreSQL refuse such a name", "lower-case letters"),
    ("  ci:", "  c_i:", "4: groups.c_i: Tailscale, DNS or PostgreSQL refuse", "lower-case letters"),
    ("  ci:", "  1ci:", "4: groups.1ci: Tailscale, DNS or PostgreSQL refuse", "lower-case letters"),
    ("  ci:", f"  {'c' * 51}:", f"4: groups.{'c' * 51}: Tailscale", "at most 50"),
    ("  ci:", "  all:", "4: groups.all: 'all': reads as everyone", "choose another name"),
    ("  ci:", "  router:", "4: groups.router: 'router': reads as everyone, or as tag:router", "choose another name"),
    ("  ci:", "  board:", "8: resources.board: 'board': tag:board would mean both", "rename one of the two"),
    (
        "ports: [443, 80]",
        "ports: [443, 80, 80]",
        "8: resources.board.ports: [443, 80, 80]: names a port",
        "name it once",
    ),
    ("reached: node", "reached: bus", "8: resources.board.reached: 'bus': is none of router, node", "write one"),
    ("data: none, ", "", "8: resources.board.data: is missing", "add it"),
    (
        "tier: private, ports: [443, 80], reached: node",
        "tier: database, ports: [443, 80, 5432], reached: router",
        "8: resources.board.ports: 5432: orders has port 5432 in tier database too",
        "make it a node",
    ),
    (
        "Look, owner: staff}",
        "Look, owner: staff, ports: [80]}",
        "10: grants.0.ports: the key is given",
        "keep one",
    ),
    ("grants:\n", "other: {}\ngrants:\n", "9: other: is no key of this file", "the keys are groups, resources"),
    ("  ci: {kind: machines, description: Runners}", "  ci: 7", "4: groups.ci: 7: is not a mapping", "write the keys"),
    ("  - {group: pods", "  - 7\n  - {group: pods", "13: grants.3: 7: is not a mapping", "write the keys group"),
]


@pytest.mark.parametrize(("before", "after", "start", "fix"), WRONG)
def test_one_mistake_is_one_line(tmp_path: Path, before: str, after: str, start: str, fix: str) -> None:
    """It names the line, the key and the value, then why, then the fix."""
    assert before in GOOD
    (line,) = problems(tmp_path, GOOD.replace(before, after, 1))
    assert line.startswith(start)
    assert fix in line.partition("; fix: ")[2]


@pytest.mark.parametrize("environments", ["", ", environments: [staging]", ", environments: [dev, production]"])
@pytest.mark.parametrize("data", ["production", "replica"])
def test_production_data_is_never_for_the_external(tmp_path: Path, data: str, environments: str) -> None:
    """Neither the data itself nor a replica, wherever it is real; made-up data is allowed."""
    text = GOOD.replace("data: production", f"data: {data}")
    grant = "  - {group: guests, resource: orders, ports: [5432], role: reader, purpose: x, owner: staff%s}\n"
    (line,) = problems(tmp_path, text + grant % environments)
    assert line.startswith(
        f"14: grants.4.resource: 'orders': guests is external and would reach production data ({data}"
    )
    made_up = ", ".join(name for name, row in ENVIRONMENTS.items() if not row.production_data)
    assert f"environments: [{made_up}]" in line
    load(tmp_path, text + grant % f", environments: [{made_up}]")


def test_one_database_may_have_a_role_for_each_environment(tmp_path: Path) -> None:
    """Grants that share no environment are no duplicates."""
    grant = "  - {group: pods, resource: orders, ports: [5432], role: reader, purpose: x, owner: staff"
    load(tmp_path, f"{GOOD}{grant}, environments: [staging]}}\n")


@pytest.mark.parametrize(
    ("grant", "twice"),
    [
        ("{group: staff, resource: board, ports: [443, 80], purpose: x, owner: staff}", True),
        ("{group: staff, resource: board, ports: [80], purpose: x, owner: staff}", False),
        ("{group: ci, resource: board, ports: [443], purpose: x, owner: staff}", False),
        ("{group: pods, resource: orders, ports: [5432], role: reader, purpose: x, owner: staff}", True),
        ("{group: ci, resource: orders, ports: [5432], role: owner, purpose: x, owner: staff}", False),
    ],
)
def test_a_second_grant_of_the_same_is_refused(tmp_path: Path, grant: str, twice: bool) -> None:  # noqa: FBT001
    """The same port, or a second role in a database; other ports and other environments are free."""
    text = f"{GOOD}  - {grant}\n"
    if not twice:
        load(tmp_path, text)
        return
    (line,) = problems(tmp_path, text)
    assert line.startswith("14: grants.4: 'x': grant ")
    assert "merge the two" in line


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    """Mistakes of form and of meaning, in all three sections, come together and in the order of the file."""
    text = GOOD.replace("bob@a.example", "bob").replace("kind: machines", "kind: robots").replace("80]", "80, 80]")
    text = (
        text.replace("group: staff", "group: stuff").replace("role: writer, ", "").replace("2026-11-25", "2020-01-01")
    )
    found = problems(tmp_path, text)
    places = [":".join(line.split(": ")[:2]) for line in found]
    assert places == [
        "2:groups.staff.members.1",
        "4:groups.ci.kind",
        "8:resources.board.ports",
        "10:grants.0.group",
        "11:grants.1.group",
        "12:grants.2.expires",
        "13:grants.3.role",
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", "1: is not a mapping"),
        ("- a\n", "1: ['a']: is not a mapping"),
        ("a: [\n", "2: is not YAML"),
        ("a: &x [*x]\n", "1: has an anchor"),
        ("groups: {}\nresources: {}\ngrants: {}\n", "1: groups: is not a mapping with entries"),
    ],
)
def test_another_form_is_refused(tmp_path: Path, text: str, start: str) -> None:
    """Anything but an access model is a problem with a line, never a traceback."""
    assert problems(tmp_path, text)[0].startswith(start)
