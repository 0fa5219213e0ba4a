"""A small catalog that is right, in a folder of its own, free to break."""

import datetime as dt
from pathlib import Path

import pytest

from models.access.loader import load_access
from models.catalog.loader import read_catalog
from models.catalog.model import Catalog

TODAY = dt.date(2026, 11, 28)
GATEWAY, ORDERS = "catalog/services/gateway.yaml", "catalog/services/orders.yaml"
PAGES, TRIAL = "catalog/services/pages.yaml", "catalog/services/trial.yaml"
OPS, SHOP = "catalog/teams/ops.yaml", "catalog/teams/shop.yaml"
BANK, POST = "catalog/dependencies/bank.yaml", "catalog/dependencies/post.yaml"
DEV, STAGING = "charts/versions/dev.yaml", "charts/versions/staging.yaml"
PRODUCTION, ACCESS = "charts/versions/production.yaml", "catalog/access.yaml"
A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"

PROBES = """\
probes:
  startup: {path: /start, port: http, periodSeconds: 5, failureThreshold: 30}
  readiness: {path: /ready, port: http, periodSeconds: 5, failureThreshold: 3}
  liveness: {path: /live, port: http, periodSeconds: 10, failureThreshold: 3}
"""
SIZE = """\
shutdownSeconds: 30
scaling: {metric: cpu, target: 70, min: 2, max: 8}
resources: {cpu: 250m, memory: 512Mi}
"""
SLOS = "slos: [{name: availability, kind: availability, objective: 99.9}]\n"
FILES = {
    GATEWAY: f"""\
name: gateway
description: Takes requests.
tier: core
owner: ops
repository: acme/gateway
ports: [{{name: http, port: 8080, protocol: http}}]
{PROBES}{SIZE}dependencies: {{services: [orders]}}
{SLOS}runbook: docs/runbooks/service-gateway.md
""",
    ORDERS: f"""\
name: orders
description: Takes orders.
tier: core
owner: shop
repository: acme/orders
ports:
  - {{name: http, port: 8080, protocol: http}}
  - {{name: grpc, port: 8081, protocol: grpc}}
  - {{name: raw, port: 8082, protocol: tcp}}
routes: [/v1/orders]
{PROBES}{SIZE}environments:
  production:
    scaling: {{min: 3}}
    resources: {{memory: 1Gi}}
dependencies:
  services: [pages]
  external: [bank]
secrets:
  - {{name: bank, key: api-key, taken: reread}}
dataStores:
  - {{database: store, role: writer}}
slos:
  - {{name: availability, kind: availability, objective: 99.9}}
  - {{name: latency, kind: latency, objective: 99, thresholdMs: 300}}
runbook: docs/runbooks/service-orders.md
links: {{dashboard: "https://grafana.acme.example/d/orders"}}
""",
    PAGES: f"""\
name: pages
description: Renders pages.
tier: standard
owner: shop
repository: acme/pages
ports: [{{name: http, port: 8080, protocol: http}}]
routes: [/]
{SIZE}dependencies: {{external: [post]}}
""",
    TRIAL: f"""\
name: trial
description: Tries things.
tier: experimental
owner: shop
repository: acme/trial
ports: [{{name: http, port: 8080, protocol: http}}]
routes: [/v1/trial]
{SIZE}dependencies: {{services: [pages, {{name: orders, port: grpc}}]}}
""",
    OPS: """\
name: ops
description: Runs the platform.
group: staff
slack: {channel: "#ops", alerts: "#ops-alerts"}
pagerduty: {service: ops, escalation: ops-on-call}
github: acme/ops
""",
    SHOP: """\
name: shop
description: Builds the shop.
members: [ada, bob]
slack: {channel: "#shop", alerts: "#shop-alerts"}
pagerduty: {service: shop, escalation: shop-on-call}
github: acme/shop
""",
    BANK: """\
name: bank
description: Moves money.
owner: shop
critical: true
statusPage: https://status.bank.example
endpoints: [{host: api.bank.example, port: 443}]
""",
    POST: """\
name: post
description: Carries letters.
owner: shop
critical: false
statusPage: https://status.post.example
endpoints: [{host: api.post.example}]
""",
    DEV: f"""\
- {{service: gateway, tier: core, namespace: ops, chart: 1.1.0, image: {A}}}
- {{service: orders, tier: core, namespace: shop, chart: 1.1.0, image: {B}}}
- {{service: pages, tier: standard, namespace: shop, chart: 1.1.0, image: {B}}}
- {{service: trial, tier: experimental, namespace: shop, chart: 1.1.0, image: {B}}}
""",
    STAGING: f"""\
- {{service: gateway, tier: core, namespace: ops, chart: 1.1.0, image: {A}}}
- {{service: orders, tier: core, namespace: shop, chart: 1.0.1, image: {A}}}
- {{service: pages, tier: standard, namespace: shop, chart: 1.1.0, image: {B}}}
""",
    PRODUCTION: f"""\
- {{service: gateway, tier: core, namespace: ops, chart: 1.0.0, image: {A}}}
- {{service: orders, tier: core, namespace: shop, chart: 1.0.1, image: {A}}}
- {{service: pages, tier: standard, namespace: shop, chart: 1.1.0, image: {B}}}
""",
    ACCESS: """\
groups:
  staff: {kind: people, description: x, members: [ada@acme.example, bob@acme.example]}
  guests: {kind: people, description: x, members: [sam@else.example], external: true}
  ci: {kind: machines, description: x}
  pods: {kind: workloads, description: x, tier: private}
resources:
  store: {description: x, kind: database, instance: store, data: none, tier: database, ports: [5432], reached: router}
  copy: {description: x, kind: database, data: replica, tier: analytics, ports: [5432], reached: router}
  board: {description: x, kind: dashboard, data: none, tier: private, ports: [443], reached: node}
grants:
  - {group: pods, resource: store, ports: [5432], role: writer, login: store, purpose: x, owner: staff}
""",
}


MIGRATES = "- {database: store, role: writer, migrates: true}"
STEPS = "  steps: {kind: workloads, description: x, tier: private}\n"
OWNER = "  - {group: steps, resource: store, ports: [5432], role: owner, login: steps, purpose: x, owner: staff}\n"


class CatalogFolder:
    """The files below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)
        for service in ("gateway", "orders"):
            self.write(f"docs/runbooks/service-{service}.md", "# Runbook\n")
        for version in ("1.0.0", "1.0.1", "1.1.0", "1.2.0", "2.0.0"):
            (root / "charts" / "service" / version).mkdir(parents=True)

    def migrate(self, migrations: str = A) -> None:
        """Orders migrates the store, which has steps; in every environment, by the same image and chart."""
        self.write("migrations/store/versions/r0001_first.py", "")
        self.edit(ORDERS, "- {database: store, role: writer}", MIGRATES)
        self.edit(ACCESS, "resources:\n", f"{STEPS}resources:\n")
        self.write(ACCESS, self.text(ACCESS) + OWNER)
        for file in (DEV, STAGING, PRODUCTION):
            lines = self.text(file).splitlines(keepends=True)
            (index,) = [number for number, line in enumerate(lines) if "service: orders" in line]
            line = lines[index].replace("chart: 1.0.1", "chart: 1.1.0")
            lines[index] = line.replace("}\n", f", migrations: {migrations}}}\n")
            self.write(file, "".join(lines))

    def text(self, name: str) -> str:
        """A file's text."""
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str | bytes) -> None:
        """Another content of a file, or a new file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def edit(self, name: str, before: str, after: str) -> None:
        """Replace what is there at least once, where it is first."""
        text = self.text(name)
        assert before in text, f"{name} has no {before!r}"
        self.write(name, text.replace(before, after, 1))

    def read(self) -> tuple[Catalog, list[str]]:
        """The catalog and its problems, one line each, in the order of files and lines."""
        access = load_access(self.root / ACCESS, TODAY)
        catalog, problems = read_catalog(self.root, access)
        ordered = sorted(problems, key=lambda problem: (problem.file, problem.line))
        return catalog, [str(problem).replace(f"{self.root}/", "") for problem in ordered]

    def problems(self) -> list[str]:
        """The lines alone."""
        return self.read()[1]


@pytest.fixture(name="folder")
def catalog_folder(tmp_path: Path) -> CatalogFolder:
    """A catalog of its own for each test, free to break."""
    return CatalogFolder(tmp_path)
