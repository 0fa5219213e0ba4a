"""What a reviewer reads: order, grouping, what is said when there is too much to say."""

import io
import json

import pytest
from rich.console import Console

from reports import preview
from reports.events import Finding, Run, parse
from tests.reports.support.runs import finding, lines, made_up, run, step


def shown(found: Run, *, changes: bool = True) -> str:
    """What a person at a terminal sees."""
    output = io.StringIO()
    Console(file=output, width=200).print(preview.terminal(found, changes=changes))
    return output.getvalue()


def test_dangers_are_ordered() -> None:
    """Protected first, then stateful, then the rest; updates and creations are none."""
    steps = [
        step("a-alarm", "delete"),
        step("b-key", "replace", "aws:kms/key:Key", forcing=["policy"]),
        step("c-policy", "delete", "aws:iam/policy:Policy", protect=True),
        step("d-database", "replace", "aws:rds/instance:Instance", protect=True, forcing=["a", "b"]),
        step("e-vpc", "update", protect=True),
        step("f-vpc", "create", protect=True),
        step("g-public", "delete", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
        step("h-cluster", "replace", "aws:eks/cluster:Cluster", forcing=["vpcConfig"]),
    ]
    assert preview.dangers(made_up(steps)) == [
        "replace PROTECTED STATEFUL: d-database (rds Instance), forced by a, b",
        "delete PROTECTED: c-policy (iam Policy)",
        "replace STATEFUL: b-key (kms Key), forced by policy",
        "replace STATEFUL: h-cluster (eks Cluster), forced by vpcConfig",
        "delete: a-alarm (ec2 Vpc)",
        "delete: g-public (s3 BucketPublicAccessBlock)",
    ]


def test_groups_are_outermost_components() -> None:
    """A component inside of another is shown with that one; a resource outside of all has a dash."""
    found = run("create")
    groups = {name: [entry.name for entry in steps] for name, steps in preview.grouped(found)}
    assert set(groups) == {"core", "network", "people"}
    assert groups["network"] == ["network", "network-flow-logs", "network-flow-logs-role", "network-vpc"]
    assert preview.component_of(found, step("stray").urn) == "-"


def test_unchanged_resources_are_not_listed() -> None:
    """Only what changes is in the groups; a run without resources says so."""
    assert [(name, [s.name for s in steps]) for name, steps in preview.grouped(run("finding"))] == [
        ("core", ["core-security-group"])
    ]
    assert preview.summary(run("finding")) == "1 update, 2 same"
    assert preview.summary(made_up()) == "no resources"


def test_findings_that_wait_are_counted() -> None:
    """What no policy can judge yet is one line a policy, after the findings that stand."""
    text = preview.markdown(run("create"), "staging")
    (waiting,) = [line for line in text.splitlines() if "sec-07-permissions-boundary" in line]
    assert waiting.startswith("- **later** `sec-07-permissions-boundary`: `3 resources are judged during the update")
    mixed = [
        finding("can't run policy 'x' during preview", "advisory"),
        finding("b", "advisory"),
        finding("a", "mandatory"),
        finding("c", "other"),
    ]
    text = preview.markdown(made_up(findings=mixed), "staging")
    levels = [line.split("**")[1] for line in text.splitlines() if line.startswith("- **")]
    assert levels == ["mandatory", "advisory", "other", "later"]


@pytest.mark.parametrize(("name", "verdict"), [("create", "ready"), ("finding", "blocked"), ("replace", "blocked")])
def test_verdict(name: str, verdict: str) -> None:
    """A preview that a policy or the engine refuses is blocked."""
    assert preview.markdown(run(name), "production").splitlines()[0] == f"## Preview of `production`: {verdict}"


def test_interrupted_preview_is_blocked() -> None:
    """Half a preview proves nothing."""
    (found,) = parse(lines("create")[:20])
    assert "blocked" in preview.markdown(found, "staging").splitlines()[0]


@pytest.mark.parametrize(("name", "first"), [("replace", "### Dangerous"), ("finding", "### Policy findings")])
def test_danger_and_findings_precede_the_table(name: str, first: str) -> None:
    """Whoever reads the first lines has read what matters."""
    text = preview.markdown(run(name), "production")
    assert text.index(first) < text.index("| component |")


def test_errors_say_why() -> None:
    """The engine breaks its errors into lines, and the reason stands in the second."""
    assert "cannot be deleted because it is protected" in preview.markdown(run("destroy"), "production")
    assert "currently marked for protection" in preview.markdown(run("replace"), "production")


@pytest.mark.parametrize("operation", ["create", "delete", "replace"])
def test_two_thousand_changes(operation: str) -> None:
    """Below GitHub's limit and below what the workflow cuts, with every part present and what is left out counted."""
    steps = [step(f"resource-{n}", operation, keys=[f"tags.key{m}" for m in range(50)]) for n in range(2000)]
    findings = [finding(f"resource-{n}: " + "long " * 80) for n in range(2000)]
    errors = [f"resource-{n}: failed" for n in range(2000)]
    text = preview.markdown(made_up(steps, findings, errors, succeeded=False), "production")
    assert len(text.encode()) < 60_000
    for heading in ("### Errors", "### Policy findings", "| component |"):
        assert heading in text
    assert ("### Dangerous" in text) is (operation != "create")
    said = [int(line.split()[0]) for line in text.splitlines() if " more; `make preview STACK=production`" in line]
    listed = [line.startswith(("- `", "- **", "| `")) for line in text.splitlines()]
    assert sum(said) + sum(listed) == 2000 * (3 if operation == "create" else 4)


def test_dangers_survive_the_cut() -> None:
    """Two thousand harmless changes leave the one dangerous change and the one finding where they were."""
    steps = [step(f"a-{n}") for n in range(2000)]
    steps.append(step("z-database", "replace", "aws:rds/instance:Instance", protect=True))
    text = preview.markdown(made_up(steps, [finding("z-database: bad")]), "production")
    assert "`replace PROTECTED STATEFUL: z-database (rds Instance)`" in text
    assert "z-database: bad" in text
    assert f"{2001 - preview.LIMIT} more; " in text


def test_values_are_not_shown() -> None:
    """Reports name properties and never show their values, secret or not."""
    secret = "hunter2-" * 3
    metadata = {
        "op": "update",
        "urn": step("it").urn,
        "type": "aws:ec2/vpc:Vpc",
        "old": {"inputs": {"userData": "[secret]"}, "parent": ""},
        "new": {"inputs": {"userData": secret}, "outputs": {"userData": secret}, "parent": ""},
        "detailedDiff": {"userData": {"diffKind": "update", "inputDiff": True}},
    }
    events = [{"resourcePreEvent": {"metadata": metadata}}, {"resOutputsEvent": {"metadata": metadata}}]
    (found,) = parse([json.dumps(event) + "\n" for event in [*events, {"summaryEvent": {"result": "succeeded"}}]])
    for text in (preview.markdown(found, "production"), shown(found), shown(found, changes=False)):
        assert secret not in text
        assert "update" in text
    assert "userData" in preview.markdown(found, "production")


def test_terminal_lists_changes() -> None:
    """Danger leads; every change has its properties; findings and errors close."""
    text = shown(run("replace"))
    assert text.startswith("replace PROTECTED STATEFUL: core-instance (rds Instance), forced by username")
    assert "± replace  core-instance rds Instance  username" in text
    assert "error: core-instance: unable to replace" in text
    assert "mandatory sec-07-no-open-ingress: core-security-group: ingress" in " ".join(shown(run("finding")).split())


def test_terminal_counts_components() -> None:
    """After a success each component is one line; components themselves are not counted as resources."""
    rows = [line.split() for line in shown(run("create"), changes=False).splitlines()]
    assert ["network", "2", "2", "create"] in rows
    assert ["core", "1", "unchanged"] in [
        line.split() for line in shown(made_up_component(), changes=False).splitlines()
    ]


def made_up_component() -> Run:
    """A component with one resource that stays as it is."""
    component = step("core", "same", "nationgraph:database:PrivateDatabase")
    return made_up([component, step("core-key", "same", "aws:kms/key:Key", parent=component.urn)])


def test_terminal_takes_no_markup_from_names() -> None:
    """Brackets in names and properties are text."""
    nasty = step("[red]name[/red][/", "update", keys=['tags["[bold]"]', "[/]"])
    text = shown(made_up([nasty], [Finding(policy="p", level="mandatory", message="[/x]", urn="")], ["[/y]"]))
    for part in ("[red]name[/red][/", 'tags["[bold]"]', "[/]", "[/x]", "[/y]"):
        assert part in text


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("aws:ec2/vpc:Vpc", "ec2 Vpc"),
        ("nationgraph:network:Network", "Network"),
        ("kubernetes:apps/v1:Deployment", "Deployment"),
        ("custom:Thing", "Thing"),
    ],
)
def test_short_types(type_: str, said: str) -> None:
    """AWS types keep their service, others their name, and any token that the engine accepts is fine."""
    assert preview.short(type_) == said


@pytest.mark.parametrize("shape", ["terminal", "terminal without changes", "markdown"])
def test_findings_show_severity_fix_and_link(shape: str) -> None:
    """Whoever reads a finding knows how grave it is, what to do, and where the rule stands."""
    found = run("finding")
    text = preview.markdown(found, "production") if shape == "markdown" else shown(found, changes=shape == "terminal")
    told = " ".join(text.split())
    assert "critical" in told
    assert "Name the client CIDRs or security group" in told
    assert "policy/rules/sec_07/no_open_ingress.py" in told


def test_grave_findings_come_first() -> None:
    """Of mandatory findings the critical ones lead; a policy of another pack has what its event says, and no fix."""
    mixed = [
        Finding(policy="sec-07-required-tags", level="mandatory", message="m", urn="", severity="medium"),
        Finding(policy="sec-07-no-iam-users", level="mandatory", message="c", urn="", severity="critical"),
        Finding(policy="rev-01-waivers", level="mandatory", message="w", urn=""),
        Finding(policy="other", level="mandatory", message="o", urn="", severity="low"),
    ]
    rows = [line for line in preview.markdown(made_up(findings=mixed), "dev").splitlines() if line.startswith("- **")]
    assert [row.split("`")[1] for row in rows] == [
        "sec-07-no-iam-users",
        "rev-01-waivers",
        "sec-07-required-tags",
        "other",
    ]
    assert "roadmap/waivers.yaml" in rows[1]
    assert rows[3].endswith("`o` (low)")
