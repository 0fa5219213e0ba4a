"""What a reviewer reads: order, grouping, what is said when there is too much to say."""

import json
import re

import pytest

from reports.comment.markdown import MOST, markdown
from reports.events import Finding, parse
from tests.reports.comment.support.reports import DATABASE, comment, read, replaced, report, seen, shown
from tests.reports.support.runs import finding, lines, made_up, run, step


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("create", "ready, nothing dangerous"),
        ("finding", "blocked by 1 finding of mandatory policies"),
        ("replace", "blocked, because the preview failed with 1 error"),
    ],
)
def test_verdict(name: str, verdict: str) -> None:
    """One line, in both outputs: a preview that a policy or the engine refuses is blocked."""
    assert seen(run(name)).title.startswith(f"Preview of production: {verdict.partition(',')[0]}")
    if name != "create":
        assert shown(run(name)).splitlines()[0] == f"production: {verdict}"


def test_interrupted_preview_is_blocked() -> None:
    """Half a preview proves nothing."""
    (found,) = parse(lines("create")[:20])
    assert seen(found).title == "Preview of production: blocked, because the preview did not come to its end"


def test_nothing_changes() -> None:
    """What is read, refreshed or stays is no change, and a component changes by its parts."""
    steps = [step("a", "same"), step("b", "read"), step("c", "refresh"), step("d", "update", "nationgraph:vpn:Vpn")]
    found = report(made_up(steps))
    assert not found.changes
    assert read(markdown(found)).title == "Preview of production: nothing changes"
    assert report(made_up([*steps, step("e", "import")])).changes
    assert report(made_up(steps, succeeded=False)).changes
    assert report(made_up(steps, [finding("bad")])).changes
    assert not report(made_up(steps, [finding("old", "advisory")])).changes


def test_order() -> None:
    """Danger first, then what blocks, then the changes; whoever reads the first lines has read what matters."""
    steps = [replaced("core"), step("vpc")]
    found = made_up(steps, [finding("bad")], ["core: refused"], succeeded=False)
    assert seen(found).headings == ["Dangerous", "Errors", "Policy findings", "Changes"]
    text = shown(found)
    places = [text.index(word) for word in ("blocked", "Dangerous", "Errors", "Policy findings", "Changes: ")]
    assert places == sorted(places)


def test_components_and_properties() -> None:
    """Changes are folded by outermost component, replacements first; each property stands with both values."""
    old = {"inputs": {"engineVersion": "16.8", "username": "a", "tags": {"Name": "x"}}}
    new = {"inputs": {"engineVersion": "16.9", "username": "b", "tags": {"Name": "x"}}}
    component = step("core", "same", "nationgraph:database:PrivateDatabase")
    steps = [
        component,
        step("stray", "create"),
        step("core-alarm", "delete", parent=component.urn),
        step(
            "core-instance", "replace", DATABASE, parent=component.urn, old=old, new=new,
            keys=["engineVersion", "username"], forcing=["username"],
        ),
    ]  # fmt: skip
    found = seen(made_up(steps))
    assert list(found.folds) == ["core", "-"]
    assert found.folds["core"] == "1 replace, 1 delete"
    assert found.rows["core"] == [
        ["delete", "core-alarm (ec2 Vpc)", "", "", ""],
        ["replace", "core-instance (rds Instance)", "engineVersion", "16.8", "16.9"],
        ["", "", "username (forces replacement)", "a", "b"],
    ]
    text = " ".join(shown(made_up(steps)).split())
    assert "± replace core-instance (rds Instance) engineVersion 16.8 16.9 username (forces replacement) a b" in text


def test_groups_of_a_real_log() -> None:
    """A component inside of another is shown with that one."""
    assert list(seen(run("create")).folds) == ["core", "network", "people"]


def test_errors_say_why() -> None:
    """The engine breaks its errors into lines, and the reason stands in the second."""
    assert "currently marked for protection" in seen(run("replace")).said("Errors")


@pytest.mark.parametrize(
    "operation",
    ["create", "delete", *(pytest.param(one, marks=pytest.mark.no_cover) for one in ("update", "replace"))],
)
def test_three_thousand_changes(operation: str) -> None:
    """Below GitHub's limit, with every part present, and each change counted once."""
    types = ["aws:ec2/vpc:Vpc", DATABASE, "aws:s3/bucket:Bucket", "aws:iam/role:Role"]
    steps = [
        step(f"resource-{n}", operation, types[n % 4], keys=[f"tags.key{m}" for m in range(50)]) for n in range(3000)
    ]
    findings = [finding(f"resource-{n}: " + "long " * 80) for n in range(3000)]
    errors = [f"resource-{n}: failed" for n in range(3000)]
    found = seen(made_up(steps, findings, errors, succeeded=False))
    for part in ("Errors", "Policy findings"):
        assert sum(map(counted, found.items[part])) == 3000
    assert found.said("Changes").startswith(f"3,000 {operation}")
    listed = sum(row[0] == operation for row in found.rows["-"])
    (rest,) = [
        int(n.replace(",", "")) for n in re.findall(r"^([\d,]+) changes? more", found.said("Changes"), re.MULTILINE)
    ]
    assert listed
    assert listed + rest == 3000
    whole = markdown(report(made_up(steps, findings, errors, succeeded=False)), 1 << 30)
    assert " more in the artifact" not in whole
    assert whole.count(f"`{operation}`") == 3000


def number(text: str) -> int:
    """``1234`` for ``1,234``."""
    return int(text.replace(",", ""))


def counted(item: str) -> int:
    """For how many an item stands."""
    match = re.match(r"([\d,]+) more in the artifact", item)
    return number(match[1]) if match else 1


def test_many_components() -> None:
    """Where not even the counts of each fit, the rest is counted together."""
    steps = []
    for index in range(1500):
        component = step(f"component-{index}-{'x' * 30}", "same", "nationgraph:vpn:Vpn")
        steps += [
            component,
            step(f"a-{index}", parent=component.urn),
            step(f"b-{index}", "delete", parent=component.urn),
        ]
    found = seen(made_up(steps))
    (rest,) = [item for item in found.items["Changes"] if "of other components" in item]
    shown_deletions = sum("1 delete" in counts for counts in found.folds.values())
    updates, deletions = map(number, re.findall(r"([\d,]+) (?:update|delete)", rest))
    assert shown_deletions + deletions == 1500
    assert len(found.folds) + updates == 1500


def test_values_of_secrets_are_not_shown() -> None:
    """A property whose name or value says that it is a secret stands without its value, whatever its depth."""
    secret, values = "hunter2-" * 3, []
    for value, token in (("first", "second"), (secret, secret)):
        policy = json.dumps({"token": token})
        values.append({"environment": {"DB_PASSWORD": value}, "policy": policy, "userData": "[secret]"})
    old, new = ({"inputs": inputs} for inputs in values)
    changed = step("it", "update", keys=["environment", "policy", "userData"], old=old, new=new)
    for text in (markdown(report(made_up([changed]))), shown(made_up([changed]))):
        assert secret not in text
        assert "first" not in text
        assert "second" not in text
        assert "environment" in text
        assert "userData" in text


def test_findings_show_severity_fix_and_link() -> None:
    """Whoever reads a finding knows how grave it is, what to do, and where the rule stands."""
    found = seen(run("finding"))
    said = found.said("Policy findings")
    assert "critical" in said
    assert "Name the client CIDRs or security group" in said
    assert any(link.endswith("policy/rules/sec_07/no_open_ingress.py") for link in found.links)
    assert "Name the client CIDRs or security group" in " ".join(shown(run("finding")).split())


def test_grave_findings_come_first_and_waiting_ones_are_counted() -> None:
    """Of mandatory findings the critical ones lead; what no policy can judge yet is one line a policy, last."""
    mixed = [
        Finding(policy="sec-07-required-tags", level="mandatory", message="m", urn="", severity="medium"),
        Finding(policy="sec-07-no-iam-users", level="mandatory", message="c", urn="", severity="critical"),
        Finding(policy="other", level="advisory", message="o", urn="", severity="low"),
        *(Finding(policy="x", level="advisory", message=f"can't run policy {n}", urn="") for n in range(3)),
    ]
    rows = comment(findings=mixed).split("### Policy findings")[1].strip().splitlines()
    assert [row.split("`")[1] for row in rows] == ["sec-07-no-iam-users", "sec-07-required-tags", "other", "x"]
    assert rows[-1].startswith("- **later** `x`: `3 resources are judged during the update")


def test_terminal_takes_no_markup_from_names() -> None:
    """Brackets in names and properties are text."""
    nasty = step("[red]name[/red][/", "update", keys=['tags["[bold]"]', "[/]"])
    text = shown(made_up([nasty], [Finding(policy="p", level="mandatory", message="[/x]", urn="")], ["[/y]"]))
    for part in ("[red]name[/red][/", 'tags["[bold]"]', "[/]", "[/x]", "[/y]"):
        assert part in text


def test_skipped_lines_are_said() -> None:
    """A log that could not be read whole says so beside the verdict."""
    (found,) = parse(["no JSON\n", *lines("create")])
    assert "1 line of the engine's event log could not be read" in seen(found).lead
    assert "1 line of the engine's event log could not be read" in shown(found)
    assert MOST < 65_536


def test_a_preview_that_stopped_early_says_so() -> None:
    """What is listed may not be all; frames of the program's traceback are for its log."""
    error = "an unhandled error occurred: Traceback (most recent call last): File x, line 1"
    found = seen(made_up([step("a")], errors=[error], succeeded=False))
    assert "stopped early: what is listed may not be all" in found.lead
    assert found.items["Errors"] == ["an unhandled error occurred:"]
    assert "stopped early" not in seen(made_up([step("a")], [finding("bad")], succeeded=False)).lead
