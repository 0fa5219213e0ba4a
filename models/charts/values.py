"""The values of the golden chart: a pure function of catalog, access model and the settings of a stack.

Which image runs stands in ``charts/versions`` and is no value: a release changes no generated file. Services that an
environment does not run yet have values too, so that their first promotion is one line there.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lib.addresses import subnet_cidr, zone_slot
from lib.problems import FileError, Problem
from lib.repository import IMAGES, MIGRATIONS
from models.access.model import Access, service_secret
from models.catalog.model import Call, Catalog
from models.services.model import GATEWAY, Service
from models.services.parts import HTTP
from stacks.settings import Settings

AWS: Final = ".amazonaws.com"
"""Hosts of AWS, which ask for credentials: a pod gets them from the agent of EKS Pod Identity."""


def values(catalog: Catalog, access: Access, settings: Settings, name: str) -> dict[str, Any]:
    """The values of service ``name`` in the stack of ``settings``, as ``values.schema.json`` of the chart takes them.

    Raises ``FileError`` where the chart could not take them; see ``problems``.
    """
    found = list(problems(catalog))
    if found:
        raise FileError(found)
    service = catalog.services[name].in_environment(settings.environment.versions)
    calls = catalog.calls()
    return {
        "environment": settings.stack,
        "service": {"name": name, "team": service.owner, "tier": service.tier},
        "image": {"repository": f"{IMAGES}/{name}"},
        "ports": [port.model_dump() for port in service.ports],
        "probes": {key: probe.model_dump(by_alias=True) for key, probe in service.probes.given().items()},
        "shutdownSeconds": service.shutdown_seconds,
        "scaling": service.scaling.model_dump(),
        "resources": service.resources.model_dump(),
        "ingress": {
            "services": [_peer(catalog, call.source, call) for call in calls if call.target == name],
            **_public(catalog, settings, name),
        },
        "egress": {
            "services": [_peer(catalog, call.target, call) for call in calls if call.source == name],
            "external": _external(catalog, service),
            "podIdentity": _asks_for_credentials(catalog, service),
        },
        "secrets": _secrets(service),
        "dataStores": [
            {
                "name": store.database,
                "source": service_secret(str(access.resources[store.database].instance)),
                "cidrs": tier_cidrs(settings, access.resources[store.database].tier),
                "port": access.resources[store.database].ports[0],
            }
            for store in service.data_stores
        ],
        **_migration(access, settings, service),
    }


def problems(catalog: Catalog) -> Iterator[Problem]:
    """What the chart asks of every service, and the catalog of some: the three probes, a port for public traffic."""
    for name, service in catalog.services.items():
        for probe in ("startup", "readiness", "liveness"):
            if probe not in service.probes.given():
                why = "is missing, and the chart asks for it: without it nobody knows whether a pod works"
                fix = (
                    f"add it, for example {{path: /health/{probe}, port: http, periodSeconds: 5, failureThreshold: 3}}"
                )
                yield Problem(file=f"catalog/services/{name}.yaml", key=f"probes.{probe}", why=why, fix=fix)
    gateway = catalog.services.get(GATEWAY)
    if _has_routes(catalog) and (gateway is None or gateway.port(HTTP) is None):
        why = f"has no port {HTTP}, on which requests from the internet come in"
        yield Problem(file=f"catalog/services/{GATEWAY}.yaml", key="ports", why=why, fix="add it, or remove all routes")


def tier_cidrs(settings: Settings, tier: str) -> list[str]:
    """The subnets of a tier of the stack's network, in the order of its zones."""
    return [subnet_cidr(settings.cidr, tier, zone_slot(settings.region, zone)) for zone in settings.zones]


def _has_routes(catalog: Catalog) -> bool:
    return any(service.routes for service in catalog.services.values())


def _peer(catalog: Catalog, name: str, call: Call) -> dict[str, Any]:
    return {"name": name, "namespace": catalog.services[name].namespace, "port": call.port.port}


def _public(catalog: Catalog, settings: Settings, name: str) -> dict[str, Any]:
    """Requests from the internet enter at the gateway alone, from the load balancer's subnets, if there are routes."""
    port = catalog.services[name].port(HTTP) if name == GATEWAY and _has_routes(catalog) else None
    return {"public": {"cidrs": tier_cidrs(settings, "public"), "port": port.port}} if port else {}


def _external(catalog: Catalog, service: Service) -> list[Mapping[str, Any]]:
    names = sorted(service.dependencies.external)
    return [
        {"name": name, "ports": sorted({end.port for end in catalog.dependencies[name].endpoints})} for name in names
    ]


def _asks_for_credentials(catalog: Catalog, service: Service) -> bool:
    hosts = [end.host for name in service.dependencies.external for end in catalog.dependencies[name].endpoints]
    return bool(service.secrets or service.data_stores) or any(host.endswith(AWS) for host in hosts)


def _migration(access: Access, settings: Settings, service: Service) -> dict[str, Any]:
    """What the Job before its deployment needs, where it migrates a database."""
    if service.migrates is None:
        return {}
    resource = access.resources[service.migrates.database]
    migration = {
        "image": {"repository": f"{IMAGES}/{MIGRATIONS}"},
        "database": resource.instance,
        "cidrs": tier_cidrs(settings, resource.tier),
        "port": resource.ports[0],
    }
    return {"migration": migration}


def _secrets(service: Service) -> list[dict[str, Any]]:
    """By secret: each is fetched once, whatever number of its keys a service takes."""
    grouped: dict[str, dict[str, Any]] = {}
    for secret in service.secrets:
        source = secret.source(service.owner)
        entry = grouped.setdefault(secret.name, {"name": secret.name, "source": source, "keys": []})
        entry["keys"].append({"key": secret.key, "taken": secret.taken})
    return list(grouped.values())
