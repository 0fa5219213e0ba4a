"""The comment on a preview of the real engine, asserted on what it means to a reader."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.target import ROOT
from models.roadmap.waiver import WaiverFile, load_waivers
from reports import events
from reports.catalog.changes import changes
from reports.change import Change, change
from reports.comment import build
from reports.comment.markdown import markdown
from tests.engine.support.previews import Previews, previews
from tests.reports.comment.support.reports import Read, read
from tests.support.resources import Ref, Res

pytestmark = pytest.mark.engine
TODAY = dt.datetime.now(dt.UTC).date()
SECRET = "hunter2-and-more"  # pragma: allowlist secret
NASTY = "</details><!-- preview: production --> @nationgraph/all <h1>`x`|"
BASE = [
    Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "one"}}),
    *(
        Res("aws:ec2/subnet:Subnet", f"data-{zone}", {
            "vpcId": Ref("vpc"), "cidrBlock": f"10.0.{n}.0/24", "availabilityZone": f"eu-central-1{zone}",
        }) for n, zone in enumerate("ab")
    ),
    Res("aws:rds/subnetGroup:SubnetGroup", "data", {"subnetIds": [Ref("data-a"), Ref("data-b")]}),
    Res("aws:rds/instance:Instance", "orders", {
        "engine": "postgres", "engineVersion": "16", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
        "username": "steward", "manageMasterUserPassword": True, "dbSubnetGroupName": Ref("data", "name"),
        "skipFinalSnapshot": True,
    }, protect=True),
    Res("aws:secretsmanager/secret:Secret", "mailer", {"name": "mailer"}),
    Res("aws:secretsmanager/secretVersion:SecretVersion", "mailer-value", {
        "secretId": Ref("mailer"), "secretString": "first-of-all",
    }),
    Res("aws:ec2/securityGroup:SecurityGroup", "db", {"vpcId": Ref("vpc"), "description": "Database.", "ingress": []}),
]  # fmt: skip
OPEN = {"ingress": [{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"]}]}


def changed(*more: Res, without: Sequence[str] = (), **inputs: Mapping[str, Any]) -> list[Res]:
    """The base with other inputs of some resources (``data_a`` for ``data-a``), some gone, some new."""
    made = []
    for resource in BASE:
        own = inputs.get(resource.name.replace("-", "_"), {})
        if resource.name not in without:
            made.append(Res(resource.type, resource.name, {**resource.inputs, **own}, resource.protect))
    return [*made, *more]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    """The stack, deployed once."""
    with previews(tmp_path_factory.mktemp("comments") / "production") as made:
        made.deploy(BASE)
        yield made


def comment(head: Change, base: Change | None = None, **around: Any) -> Read:
    """The comment as GitHub shows it, after its text was seen to hold no secret."""
    text = markdown(build.report(head, base, build.Around(today=TODAY, region="eu-central-1", **around)))
    assert SECRET not in text
    assert "first-of-all" not in text
    return read(text)


def test_nothing_changes(stack: Previews) -> None:
    """No comment is due."""
    report = build.report(stack.preview(BASE), None, build.Around(today=TODAY))
    assert not report.changes
    assert str(report.verdict) == "nothing changes"


def test_a_refused_replacement(stack: Previews) -> None:
    """A failed preview: the danger first, why it failed, and which property would force what."""
    found = comment(stack.preview(changed(orders={"username": "other"})))
    assert found.title == "Preview of production: blocked, because the preview failed with 1 error"
    assert found.headings[:2] == ["Dangerous", "Errors"]
    assert "orders" in found.items["Dangerous"][0]
    assert "protection" in found.said("Errors")
    assert ["replace", "orders (rds Instance)", "username (forces replacement)", "steward", "other"] in found.rows["-"]


def test_what_depends_on_a_replacement(stack: Previews) -> None:
    """What is replaced with it is among the changes; what stays as it is, and may break, is named and counted."""
    found = comment(stack.preview(changed(vpc={"cidrBlock": "10.1.0.0/16"})))
    replaced = {row[1].split()[0]: row for row in found.rows["-"] if row[0] == "replace"}
    assert replaced["vpc"][2:] == ["cidrBlock (forces replacement)", "10.0.0.0/16", "10.1.0.0/16"]
    assert {"data-a", "data-b", "db"} <= {*replaced}
    assert not {"data-a", "data-b", "db"} & {*found.said("What depends on it").split()}
    assert "2 resources that stay" in found.said("What depends on it")


def test_a_database_that_goes(stack: Previews) -> None:
    """Its danger leads; the engine's protection stops it."""
    found = comment(stack.preview(changed(without=["orders"])))
    assert found.headings[0] == "Dangerous"
    assert "orders" in found.items["Dangerous"][0]
    assert found.title.startswith("Preview of production: blocked")


def test_a_secret_changes(stack: Previews) -> None:
    """The property is named, its value neither before nor after."""
    found = comment(stack.preview(changed(mailer_value={"secretString": SECRET})))
    (row,) = [row for row in found.rows["-"] if row[2].startswith("secretString")]
    assert row[3:] == ["[secret]", "[secret]"]


def test_names_with_markup(stack: Previews) -> None:
    """They are text, in a fold that closes; the marker of another comment is none."""
    found = comment(stack.preview(changed(Res("aws:ec2/vpc:Vpc", NASTY, {"cidrBlock": "10.9.0.0/16"}))))
    assert ["create", f"{NASTY} (ec2 Vpc)", "", "", ""] in found.rows["-"]
    assert "@" not in found.plain


def test_what_the_base_branch_changes_too(stack: Previews) -> None:
    """A tag that main changes as well is pending; a group that only this change opens is its own."""
    tags = {"tags": {"Name": "two"}}
    base, head = stack.preview(changed(vpc=tags)), stack.preview(changed(vpc=tags, db=OPEN))
    found = comment(head, base)
    assert {row[1] for row in found.rows["-"] if row[1]} == {"db (ec2 SecurityGroup)"}
    assert found.items["Already pending on the base branch: 1 change (1 update)"] == ["update vpc (ec2 Vpc)"]
    assert "db" in found.items["Dangerous"][0]
    assert not build.report(base, base, build.Around(today=TODAY)).changes


def test_a_replacement_that_the_base_branch_brings_too(stack: Previews) -> None:
    """Although the name that the provider makes up for the new one is another in each preview."""
    other = Res("aws:sns/topic:Topic", "unnamed", {})
    both = changed(other, db={"description": "Other."})
    base, head = stack.preview(both), stack.preview(both)
    steps = [step for one in (base, head) for step in one.run.steps if step.name == "unnamed"]
    name, again = ((step.new.get("inputs") or {})["name"] for step in steps)
    assert name != again
    assert not build.report(head, base, build.Around(today=TODAY)).changes


def test_the_catalog_in_words(stack: Previews, tmp_path: Path) -> None:
    """A comment is due although no resource changes."""
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    billing = tmp_path / "catalog" / "services" / "billing.yaml"
    billing.write_text(billing.read_text().replace("tier: core", "tier: standard"))
    said = [one for one in changes(tmp_path, ROOT, TODAY) if one.kind == "service"]
    found = comment(stack.preview(BASE), catalog=said)
    assert found.title == "Preview of production: ready, nothing dangerous"
    assert found.items["Catalog"] == ["service billing: tier standard → core"]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pack whose waivers excuse an open group, and nothing else."""
    tree = tmp_path_factory.mktemp("pack")
    for folder in ("policy", "models", "lib", "stacks", "roadmap", "catalog"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(ROOT / "pyproject.toml", tree)
    shutil.copy(ROOT / "uv.lock", tree)
    (tree / "roadmap" / "waivers.yaml").write_text(f"""
- policy: sec-07-no-open-ingress
  stack: production
  resource: aws:ec2/securityGroup:SecurityGroup::db
  reason: Until the office has moved.
  owner: ada
  approver: grace
  created: {TODAY - dt.timedelta(days=3)}
  expires: {TODAY + dt.timedelta(days=12)}
""")
    return tree


def waivers(tree: Path) -> WaiverFile:
    """Those of a copy of the pack."""
    return load_waivers(tree / "roadmap" / "waivers.yaml")


def test_findings_block_and_waivers_are_counted_down(stack: Previews, pack: Path) -> None:
    """A group that is waived and one that is not: one blocks, of the other it is said for how long it may stay."""
    other = Res("aws:ec2/securityGroup:SecurityGroup", "other", {"vpcId": Ref("vpc"), "description": "Other.", **OPEN})
    head = stack.preview(changed(other, db=OPEN), "--policy-pack", str(pack / "policy"))
    found = comment(head, waivers=waivers(pack))
    assert found.title.startswith("Preview of production: blocked by ")
    blocking = [item for item in found.items["Policy findings"] if item.startswith("mandatory sec-07-no-open-ingress")]
    assert len(blocking) == 1
    assert "other" in blocking[0]
    assert "fix: " in blocking[0]
    (waived,) = found.items["Waivers in use"]
    assert waived.startswith("waived sec-07-no-open-ingress: db: ")
    for part in ("12 days left", "owner ada, approved by grace", "Until the office has moved."):
        assert part in waived


def test_three_thousand_changes(stack: Previews) -> None:
    """The events of one real creation, three thousand times under other names, with one dangerous change among them."""
    head = stack.preview(changed(Res("aws:ec2/vpc:Vpc", "many", {"cidrBlock": "10.9.0.0/16"}), without=["orders"]))
    lines = stack.log.read_text().splitlines(keepends=True)
    own = [line for line in lines if '::many"' in line and ("resourcePreEvent" in line or "resOutputsEvent" in line)]
    end = next(index for index, line in enumerate(lines) if "summaryEvent" in json.loads(line))
    copies = [line.replace('::many"', f'::many-{n}"') for n in range(2_999) for line in own]
    log = [*lines[:end], *copies, *lines[end:]]
    whole = change("production", events.parse(log)[-1], head.before)
    found = comment(whole)
    assert found.lead.startswith("3,001 resources would change")
    assert "orders" in found.items["Dangerous"][0]
    listed = sum(row[0] == "create" for row in found.rows["-"])
    (more,) = [line for line in found.items["-"] if " more in the artifact" in line]
    assert listed + int(more.split()[0].replace(",", "")) == 3_000
