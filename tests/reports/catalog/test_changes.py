"""What the files that people edit say newly: in words for what a reviewer decides, by path for all else."""

import ast
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.yaml_file import ROOT
from models import everything
from reports.catalog import trees
from reports.catalog.changes import changes
from reports.catalog.comparison import differences
from reports.markdown import plain

TODAY = dt.date(2026, 11, 29)
Edit = Callable[..., list[str]]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Exchange texts of a file and say what the changed tree says newly."""
    tree = tmp_path / "tree"
    for folder in ("catalog", "roadmap", "charts/versions", "stacks"):
        shutil.copytree(ROOT / folder, tree / folder)

    def edit(file: str, *texts: tuple[str, str]) -> list[str]:
        path = tree / file
        content = path.read_text() if path.exists() else ""
        for before, after in texts:
            assert before in content
            content = content.replace(before, after, 1)
        path.write_text(content)
        return [plain(one.sentence) for one in changes(ROOT, tree, TODAY)]

    return edit


def test_equal_trees_say_nothing(edited: Edit) -> None:
    """However their files are written."""
    assert edited("catalog/services/billing.yaml", ("tier: core\nowner: payments", "owner: payments\ntier: core")) == []


BILLING = "catalog/services/billing.yaml"
ACCESS = "catalog/access.yaml"
GRANT = (
    "  - {group: support, resource: argocd, ports: [443], purpose: Look., owner: support, environments: [dev], "
    "expires: 2027-01-31}\n"
)
SAID = [
    (BILLING, "slos:\n", "slos:\n  - {name: checkout, kind: latency, objective: 99.9, thresholdMs: 500}\n",
     "billing gains the SLO checkout of 99.9% (latency below 500 ms)"),
    (BILLING, "  - {name: latency, kind: latency, objective: 99, thresholdMs: 300}\n", "",
     "billing loses the SLO latency of 99% (latency below 300 ms)"),
    (BILLING, "objective: 99.9}", "objective: 99.5}", "service billing: slos.availability.objective 99.9 → 99.5"),
    (BILLING, "secrets:\n", "secrets:\n  - {name: mailer, key: token, taken: restart}\n",
     "billing may read the secret token of mailer"),
    (BILLING, "  - {name: stripe, key: webhook-secret, taken: reread}\n", "",
     "billing no longer reads the secret webhook-secret of stripe"),
    (BILLING, "role: writer}", "role: reader}", "service billing: dataStores.core-database.role writer → reader"),
    (BILLING, "dataStores: [{database: core-database, role: writer}]\n", "",
     "billing may no longer write core-database"),
    (BILLING, "services: [auth,", "services: [search, auth,", "billing may call search on port http"),
    (BILLING, "services: [auth, ", "services: [", "billing may no longer call auth on port http"),
    (BILLING, "external: [stripe]", "external: [stripe, auth0]", "billing depends on auth0"),
    (BILLING, "external: [stripe]", "external: []", "billing no longer depends on stripe"),
    (BILLING, "routes: [/v1/billing,", "routes: [/v2/billing, /v1/billing,",
     "the internet reaches billing at /v2/billing on port http"),
    (BILLING, "routes: [/v1/billing, ", "routes: [",
     "the internet no longer reaches billing at /v1/billing on port http"),
    (BILLING, "owner: payments", "owner: graph", "service billing: owner payments → graph"),
    (BILLING, "tier: core", "tier: standard", "service billing: tier core → standard"),
    (BILLING, "min: 2, max: 4", "min: 3, max: 4", "service billing: scaling.min 2 → 3"),
    (BILLING, "path: /health/ready", "path: /ready", "service billing: probes.readiness.path /health/ready → /ready"),
    (BILLING, "    scaling: {max: 8}", "    scaling: {max: 8, min: 4}",
     "service billing: environments.production.scaling.min is new: 4"),
    (ACCESS, "      - linus@nationgraph.example\n", "", "linus@nationgraph.example leaves group engineering"),
    (ACCESS, "members: [joan@nationgraph.example,", "members: [ada@nationgraph.example, joan@nationgraph.example,",
     "ada@nationgraph.example joins group support"),
    (ACCESS, "    account: reader\n", "    account: responder\n", "group engineering: account reader → responder"),
    (ACCESS, "environments: [sandbox, dev]", "environments: [sandbox, dev, production]",
     "the grant of engineering on core-database holds in production too"),
    (ACCESS, "grants:\n", f"grants:\n{GRANT}",
     "group support may reach 443 of argocd in dev until 2027-01-31, because: Look."),
    ("catalog/teams/payments.yaml", "description: ", "description: New ", "team payments: description"),
    ("catalog/dependencies/stripe.yaml", "critical: true", "critical: false",
     "dependency stripe: critical true → false"),
    ("roadmap/clauses.yaml", "due: 2026-Q2", "due: 2027-Q2", "clause DEV-01: due 2026-Q2 → 2027-Q2"),
    ("stacks/Pulumi.dev.yaml", "aws:region: eu-central-1", "aws:region: eu-west-1",
     "settings dev: aws:region eu-central-1 → eu-west-1"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "before", "after", "said"), SAID, ids=[row[3] for row in SAID])
def test_a_change_in_words(edited: Edit, file: str, before: str, after: str, said: str) -> None:
    """One sentence a change."""
    (only,) = edited(file, (before, after))
    assert only.startswith(said)
    assert said.count(" ") < 4 or only == said


def test_waivers_and_versions(edited: Edit) -> None:
    """Who waives what until when, and which chart runs where."""
    waiver = """- policy: sec-07-flow-logs
  stack: dev
  resource: aws:ec2/vpc:Vpc::legacy-vpc
  reason: Goes away.
  owner: ada
  approver: grace
  created: 2026-11-15
  expires: 2026-12-31
"""
    (said,) = edited("roadmap/waivers.yaml", ("\n[]\n", f"\n{waiver}"))
    assert said == (
        "waived until 2026-12-31: sec-07-flow-logs does not apply to aws:ec2/vpc:Vpc::legacy-vpc of dev, because: "
        "Goes away. (owner ada, approved by grace)"
    )
    newly = edited("charts/versions/staging.yaml", ("namespace: payments, chart: ", "namespace: payments, chart: 9"))
    assert [line for line in newly if line.startswith("version billing in staging: chart ")]


def test_services_come_and_go(edited: Edit, tmp_path: Path) -> None:
    """A whole entry is one sentence, not one for each of its keys."""
    path = tmp_path / "tree" / "catalog" / "services" / "search.yaml"
    text = path.read_text()
    path.rename(path.with_name("finder.yaml"))
    said = edited("catalog/services/finder.yaml", ("name: search", "name: finder"))
    assert sorted(line.partition(":")[0] for line in said) == [
        "new service finder of team graph, tier standard",
        "service search of team graph is gone",
    ]
    assert "name: search" in text


def test_what_cannot_be_read_is_said_once_a_kind(edited: Edit) -> None:
    """An older tree may have another form: the rest is compared all the same."""
    said = edited("catalog/services/billing.yaml", ("tier: core", "tier: gold"))
    assert len(said) == 1
    assert said[0].startswith("changes of each service are not known: ")
    said = edited(ACCESS, ("groups:", "groupz:"))
    assert {line.partition(" are not known")[0] for line in said} == {
        f"changes of each {kind}" for kind in ("service", "group", "resource", "grant")
    }


def test_secrets_are_not_shown(edited: Edit) -> None:
    """Neither what a stack file has encrypted, nor a value that looks like a secret."""
    said = edited("stacks/Pulumi.dev.yaml", ("config:\n", "config:\n  nationgraph-platform:hook: {secure: v1:AAAA}\n"))
    assert said == ["settings dev: nationgraph-platform:hook is new: [secret]"]


def test_every_file_that_is_judged_is_compared() -> None:
    """What ``models.everything`` reads, this reads too; a new reader is entered in ``trees``.

    The trend is a record that the review's workflow writes: nobody decides anything by a line of it.
    """

    def readers(path: str) -> set[str]:
        tree = ast.parse(Path(path).read_text())
        names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
        return {name for name in names if name.startswith(("load_", "read_"))}

    inside_catalog = {"read_services", "read_teams", "read_dependencies", "read_versions"}  # of read_catalog
    missing = (readers(everything.__file__) - {"read_catalog", "load_trend"}) | inside_catalog
    assert missing <= readers(trees.__file__)


def test_lists_are_compared_by_names() -> None:
    """The order of a list is no change; two items of one name are told apart by all that they say."""
    assert list(differences({"a": [1, 2]}, {"a": [2, 1]})) == []
    assert list(differences({"a": []}, {})) == []
    twice = [{"name": "x", "key": "a"}, {"name": "x", "key": "b"}]
    (one,) = differences({"a": twice}, {"a": twice[:1]})
    assert (one.before, one.after) == (twice[1], None)
    (one,) = differences({"a": [{"name": "x", "size": 1}]}, {"a": [{"name": "y"}, {"name": "x", "size": 1}]})
    assert (one.path, one.after) == (("a", "y"), {"name": "y"})
