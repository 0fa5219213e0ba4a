"""What the golden chart makes of values, and what it refuses."""

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import jmespath
import pytest
import yaml

from lib.addresses import NOT_PUBLIC
from models.charts.checksums import SERVICE, released
from models.roadmap.waiver import WaiverFile
from models.versions.model import precedence
from policy.core.due import load_due_dates
from policy.facts import manifests
from reports.charts.__main__ import write
from reports.charts.render import CHARTS, Rendered, template
from reports.charts.schemas import faults
from reports.manifests import judge
from stacks.environments import ENVIRONMENTS
from tests.policy.support.kubernetes import GONE, changed
from tests.reports.charts.support.rendered import of, rendered

NEWEST = max(released(), key=precedence)
CHART = SERVICE / NEWEST
DIGEST = f"sha256:{'ab' * 32}"
MIGRATION = {
    "image": {"repository": "555566667777.dkr.ecr.eu-central-1.amazonaws.com/nationgraph-migrations", "digest": DIGEST},
    "database": "core",
    "cidrs": ["10.3.144.0/23", "10.3.146.0/23"],
    "port": 5432,
}


def values(*changes: tuple[str, Any], service: str = "billing") -> dict[str, Any]:
    """Those of production, with an image and what a case changes."""
    text = (CHARTS / "values" / "production" / f"{service}.yaml").read_text(encoding="utf-8")
    made: dict[str, Any] = changed(yaml.safe_load(text), ("image.digest", DIGEST), *changes)
    return made


def objects(given: dict[str, Any]) -> dict[str, list[Any]]:
    """What the chart makes of values, by kind."""
    done = template(CHART, given, given["service"]["team"])
    assert done.returncode == 0, done.stderr
    made: dict[str, list[Any]] = {}
    for body in filter(None, yaml.safe_load_all(done.stdout)):
        made.setdefault(body["kind"], []).append(body)
    return made


REFUSED: dict[str, tuple[tuple[tuple[str, Any], ...], str]] = {
    "no probes": ((("probes", GONE),), "missing property 'probes'"),
    "a probe less": ((("probes.liveness", GONE),), "at '/probes': missing property 'liveness'"),
    "liveness that asks what readiness asks": ((("probes.liveness.path", "/health/ready"),), "probes.liveness: asks"),
    "a probe of a port that is not there": (
        (("probes.startup.port", "web"),),
        "probes.startup.port: there is no port web",
    ),
    "no digest": ((("image.digest", GONE),), "at '/image': missing property 'digest'"),
    "a tag": ((("image.digest", GONE), ("image.tag", "1.2.3")), "additional properties 'tag' not allowed"),
    "a tag in the repository": (
        (("image.repository", "555566667777.dkr.ecr.eu-central-1.amazonaws.com/billing:1"),),
        "at '/image/repository'",
    ),
    "another registry": ((("image.repository", "docker.io/library/billing"),), "at '/image/repository'"),
    "an unknown key": ((("replicas", 3),), "additional properties 'replicas' not allowed"),
    "an unknown key deep inside": ((("egress.services.0.cidr", "0.0.0.0/0"),), "'cidr' not allowed"),
    "a way out to everywhere": ((("dataStores.0.cidrs", ["0.0.0.0/0"]),), "at '/dataStores/0/cidrs/0'"),
    "a port for root": ((("ports.0.port", 80),), "at '/ports/0/port'"),
    "one number under two names": ((("ports.1.port", 8080),), "ports.1: name metrics or port 8080 is there twice"),
    "min above max": ((("scaling.min", 9), ("scaling.max", 8)), "scaling.min: 9 is above scaling.max, 8"),
    "one replica of a core service": ((("scaling.min", 1),), "scaling.min: is 1; a core service"),
    "a secret of elsewhere": ((("secrets.0.source", "arn:aws:secretsmanager:x"),), "at '/secrets/0/source'"),
    "text for a number": ((("shutdownSeconds", "30"),), "at '/shutdownSeconds': got string, want integer"),
    "another team's namespace": (
        (("service.team", "graph"),),
        "service.team: graph does not run in namespace payments",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_the_name_of_the_key(case: str) -> None:
    """Before anything is applied."""
    changes, says = REFUSED[case]
    done = template(CHART, values(*changes), "payments")
    assert done.returncode != 0
    assert says in done.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_rule_has_a_finding(environment: str, tmp_path: Path) -> None:
    """With every rule mandatory and no waiver."""
    write(rendered(environment), tmp_path)
    found = manifests.load(manifests.files(tmp_path), f"charts-{environment}")
    someday = dt.date(2099, 1, 1)
    verdict = judge(found, ledger=load_due_dates(), waivers=WaiverFile(waivers=(), problems=()), today=someday)
    assert [finding.message for finding in verdict.findings] == []
    print(f"{environment}: {len(found)} of {len(found)} objects without a finding of {len(verdict.policies)} rules")


def pod(given: dict[str, Any]) -> Any:
    """The Deployment's pod."""
    (deployment,) = objects(given)["Deployment"]
    return deployment["spec"]["template"]["spec"]


@pytest.mark.parametrize("seconds", [5, 300])
def test_shutdown_waits_for_the_endpoints_and_then_for_the_work(seconds: int) -> None:
    """The grace period is both, one after the other: the kubelet counts the hook in."""
    made = pod(values(("shutdownSeconds", seconds)))
    wait = made["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert wait >= 5
    assert made["terminationGracePeriodSeconds"] == wait + seconds


def test_a_rollout_takes_no_pod_away_before_its_successor_is_ready() -> None:
    """And waits as long for it as its startup probe does, and for the image."""
    body = of("production", "search", "Deployment").body["spec"]
    assert body["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in body
    assert body["progressDeadlineSeconds"] > 5 * 120


@pytest.mark.parametrize("least", [1, 2])
def test_budget_never_blocks_a_drain(least: int) -> None:
    """Of one replica the one may go."""
    (budget,) = objects(values(("scaling.min", least), ("service.tier", "standard")))["PodDisruptionBudget"]
    assert budget["spec"]["maxUnavailable"] == 1
    assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_secrets_are_files_that_the_driver_fetches_by_key() -> None:
    """Each path is JMESPath for exactly that key, dashes included; the credential of a database is there whole."""
    (made,) = objects(values())["SecretProviderClass"]
    assert made["spec"]["provider"] == "aws"
    assert made["spec"]["parameters"]["usePodIdentity"] == "true"
    assert "secretObjects" not in made["spec"]
    stripe, database = yaml.safe_load(made["spec"]["parameters"]["objects"])
    assert (stripe["objectName"], database["objectName"]) == (
        "nationgraph/payments/stripe",
        "nationgraph/core/database",
    )
    content = {"api-key": "a", "webhook-secret": "b", "api": {"key": "c"}}
    files = {one["objectAlias"]: jmespath.search(one["path"], content) for one in stripe["jmesPath"]}
    assert files == {"stripe.api-key": "a", "stripe.webhook-secret": "b"}
    assert database["objectAlias"] == "core-database.json"
    volume = next(one for one in pod(values())["volumes"] if one["name"] == "secrets")
    assert volume["csi"]["volumeAttributes"] == {"secretProviderClass": made["metadata"]["name"]}


def test_without_secrets_nothing_is_mounted_and_no_agent_is_reached() -> None:
    """Absent means absent."""
    made = objects(values(service="gateway"))
    assert "SecretProviderClass" not in made
    assert "169.254.170.23" not in str(made)
    assert [one["name"] for one in pod(values(service="gateway"))["volumes"]] == ["tmp"]


def test_secrets_that_need_a_restart_are_named() -> None:
    """On the Deployment, so that a restart's own annotation is no drift; without one there is no annotation."""
    key = "nationgraph.io/restart-on-rotation"
    (auth,) = objects(values(service="auth"))["Deployment"]
    assert auth["metadata"]["annotations"] == {key: "identity-provider"}
    assert "annotations" not in objects(values())["Deployment"][0]["metadata"]


def test_only_public_addresses_are_external() -> None:
    """The list is that of the platform."""
    (made,) = objects(values())["NetworkPolicy"]
    blocks = [to["ipBlock"] for rule in made["spec"]["egress"] for to in rule["to"] if "ipBlock" in to]
    (world,) = [block for block in blocks if block["cidr"] == "0.0.0.0/0"]
    assert world["except"] == list(map(str, NOT_PUBLIC))


@pytest.mark.parametrize("protocol", ["http", "grpc", "tcp"])
def test_ports_are_named_and_metrics_are_scraped_at_the_pod(protocol: str) -> None:
    """The Service has all ports but that one; without it there is nothing to scrape."""
    given = values(("ports.0.protocol", protocol))
    (service,) = objects(given)["Service"]
    assert [(port["name"], port["port"], port["targetPort"]) for port in service["spec"]["ports"]] == [
        ("http", 8080, "http")
    ]
    wanted = {"http": "http", "grpc": "kubernetes.io/h2c"}.get(protocol)
    assert service["spec"]["ports"][0].get("appProtocol") == wanted
    scraped = objects(given)["Deployment"][0]["spec"]["template"]["metadata"]["annotations"]
    assert scraped == {"prometheus.io/scrape": "true", "prometheus.io/port": "9090", "prometheus.io/path": "/metrics"}
    bare = objects(values(("ports", [{"name": "http", "port": 8080, "protocol": protocol}])))
    assert "monitoring" not in str(bare["NetworkPolicy"])
    assert bare["Deployment"][0]["spec"]["template"]["metadata"]["annotations"] == {"prometheus.io/scrape": "false"}


def test_migration_runs_before_the_service_with_its_own_rights() -> None:
    """As the container's contract says; credential and policy come one wave earlier, and nothing else is opened."""
    made = objects(values(("migration", copy.deepcopy(MIGRATION))))
    (job,) = made["Job"]

    own = [one for one in sum(made.values(), []) if one["metadata"]["name"] == "billing-migration"]  # noqa: RUF017
    waves = {one["kind"]: one["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for one in own}
    assert waves == {"Job": "0", "SecretProviderClass": "-1", "NetworkPolicy": "-1"}
    for one in own:
        assert one["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PreSync"
        assert one["metadata"]["annotations"]["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"
    spec = job["spec"]["template"]["spec"]
    assert (spec["serviceAccountName"], spec["restartPolicy"]) == ("migrations", "Never")
    (container,) = spec["containers"]
    assert container["command"] == ["python", "-m", "migrations", "upgrade", "--database", "core"]
    assert {"name": "MIGRATIONS_ENVIRONMENT", "value": "production"} in container["env"]
    assert job["spec"]["podFailurePolicy"]["rules"][0] == {
        "action": "FailJob",
        "onExitCodes": {"containerName": "migration", "operator": "In", "values": [1, 2]},
    }
    assert job["spec"]["activeDeadlineSeconds"] == 3600
    (policy,) = [one for one in own if one["kind"] == "NetworkPolicy"]
    assert policy["spec"]["ingress"] == []
    assert "0.0.0.0/0" not in str(policy)
    chosen = policy["spec"]["podSelector"]["matchLabels"]
    assert chosen.items() <= job["spec"]["template"]["metadata"]["labels"].items()
    for kind in ("Service", "Deployment"):
        (other,) = made[kind]
        selector = other["spec"]["selector"].get("matchLabels", other["spec"]["selector"])
        assert not selector.items() <= job["spec"]["template"]["metadata"]["labels"].items()


def test_migration_is_valid_and_has_no_finding(tmp_path: Path) -> None:
    """By schema and by every rule."""
    given = values(("migration", copy.deepcopy(MIGRATION)))
    done = template(CHART, given, "payments")
    bodies = [body for body in yaml.safe_load_all(done.stdout) if body]
    assert list(faults([Rendered(service="billing", source="x", body=body, text="") for body in bodies])) == []
    (tmp_path / "all.yaml").write_text(done.stdout)
    verdict = judge(
        manifests.load(manifests.files(tmp_path), "charts-production"),
        ledger=load_due_dates(),
        waivers=WaiverFile(waivers=(), problems=()),
        today=dt.date(2099, 1, 1),
    )
    assert [finding.message for finding in verdict.findings] == []
    assert verdict.resources == len(bodies) == 9
