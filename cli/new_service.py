"""The files of a new service: complete, valid, and running nowhere before its first image is built."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from lib.problems import nearest, shown
from models.catalog.loader import load_catalog
from models.catalog.model import Catalog
from models.fields import Name
from models.folder import NAME_FIX
from models.services.model import EXPERIMENTAL
from models.versions.loader import released
from models.versions.model import NO_IMAGE, Version, precedence
from reports.catalog.__main__ import write as write_exports
from stacks.environments import PROMOTION

_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)

_LINE: Final = re.compile(r"- \{service: ([a-z0-9-]+),")

SERVICE: Final = """\
# yaml-language-server: $schema=../../models/services/service.schema.json
name: {name}
description: Say in one sentence what {name} does for whom.
tier: experimental
owner: {team}
repository: {organisation}/{name}
ports:
  - {{name: http, port: 8080, protocol: http}}
  - {{name: metrics, port: 9090, protocol: http}}
probes:
  startup: {{path: /health/startup, port: http, periodSeconds: 5, failureThreshold: 30}}
  readiness: {{path: /health/ready, port: http, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 2}}
  liveness: {{path: /health/live, port: http, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2}}
shutdownSeconds: 30
scaling: {{metric: cpu, target: 70, min: 1, max: 2}}
resources: {{cpu: 100m, memory: 256Mi}}
slos:
  - {{name: availability, kind: availability, objective: 99}}
runbook: docs/runbooks/service-{name}.md
"""
RUNBOOK: Final = """\
# Service: `{name}`

## Symptom

Fewer than 99% of the requests of `{name}` succeed. The service is experimental, and nothing depends on it.

## First look

```sh
export SERVICE={name} NAMESPACE={team}
pods
happened
logs
```

What the events mean is in [Services](README.md#services).

## Commands

1. After a release: take the line of `{name}` in `charts/versions` back.
2. All pods busy: raise `scaling.max` in `catalog/services/{name}.yaml` by pull request.

## Escalation

The {team} team, on the next working day.
"""


class RefusedError(RuntimeError):
    """Nothing was written; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written: paths from the root of the clone, in the order in which to read them."""

    paths: tuple[str, ...]


def create(root: Path, name: str, team: str) -> Written:
    """Write service, runbook, its line in the first environment, and what is generated from the catalog.

    A new service is experimental, so that staging and production have no line until it is promoted.

    Raises:
        RefusedError: the name is none or is taken, the team is unknown, or a file is there already.
        FileError: the catalog is wrong before the service is added.

    """
    catalog = load_catalog(root)
    _refuse(root, catalog, name, team)
    organisation = catalog.teams[team].github.partition("/")[0]
    words = {"name": name, "team": team, "organisation": organisation}
    service = f"catalog/services/{name}.yaml"
    runbook = f"docs/runbooks/service-{name}.md"
    versions = f"charts/versions/{PROMOTION[0]}.yaml"
    chart = _newest(catalog, released(root / "charts"))
    version = Version(service=name, tier=EXPERIMENTAL, namespace=team, chart=chart, image=NO_IMAGE)
    lines = _with_line((root / versions).read_text(encoding="utf-8"), version)
    kept = {path: _content(root / path) for path in (service, runbook, versions, "catalog-info.yaml", "CODEOWNERS")}
    try:
        _new(root / service, SERVICE.format(**words))
        _new(root / runbook, RUNBOOK.format(**words))
        (root / versions).write_text(lines, encoding="utf-8")
        generated = write_exports(root)
    except BaseException:
        for path, content in kept.items():
            _restore(root / path, content)
        raise
    return Written(paths=(service, runbook, versions, *generated))


def _refuse(root: Path, catalog: Catalog, name: str, team: str) -> None:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        raise RefusedError(f"NAME={shown(name)} is no name of a service: {NAME_FIX}") from None
    taken = next((what for what, names in _names(catalog) if name in names), None)
    if taken:
        raise RefusedError(f"NAME={name} is taken: it is {taken}; choose another name")
    if team not in catalog.teams:
        near = nearest(team, catalog.teams)
        fix = f"did you mean {near}?" if near else f"use one of {', '.join(catalog.teams)}"
        raise RefusedError(f"TEAM={shown(team)} is no team of catalog/teams: {fix}")
    for path in (f"catalog/services/{name}.yaml", f"docs/runbooks/service-{name}.md"):
        if (root / path).exists() or (root / path).is_symlink():
            raise RefusedError(f"{path} is there already; remove it, or choose another name")


def _names(catalog: Catalog) -> Sequence[tuple[str, set[str]]]:
    return (
        ("a service", set(catalog.services)),
        ("an external dependency", set(catalog.dependencies)),
        ("a line of charts/versions", {name for versions in catalog.versions.values() for name in versions}),
    )


def _newest(catalog: Catalog, charts: frozenset[str] | None) -> str:
    """The newest release of the golden chart; where none is known, the newest that the first environment runs."""
    known = charts or {version.chart for version in catalog.versions[PROMOTION[0]].values()}
    if not known:
        raise RefusedError("no version of the golden chart is known: charts/service has none, and nothing runs yet")
    return max({chart for chart in known if "-" not in chart} or known, key=precedence)


def _with_line(text: str, version: Version) -> str:
    """The file with the new line where the order of names puts it."""
    lines = text.splitlines(keepends=True)
    names = {number: found[1] for number, line in enumerate(lines) if (found := _LINE.match(line))}
    before = next((number for number, name in names.items() if name > version.service), len(lines))
    lines.insert(before, f"{version.line()}\n")
    return "".join(lines)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _new(path: Path, text: str) -> None:
    """A file that was not there. FileExistsError where one is by now."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
