"""All services of an environment, rendered by Helm as Argo CD renders them.

Only what lies in ``charts/`` is read (versions, values, the chart's folders), so that the repository made of it can be
rendered as well.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from lib.helm_parameters import IMAGE, MIGRATIONS
from lib.problems import FileError, Problem
from lib.yaml_file import ROOT, display
from models.versions.loader import read_versions
from models.versions.model import Version
from stacks.environments import ENVIRONMENTS
from toolchain import helm

CHARTS: Final = ROOT / "charts"
KUBERNETES: Final = "1.34.4"
"""What ``.Capabilities.KubeVersion`` is, and whose schemas judge: EKS 1.34."""
AT_ONCE: Final = 4
"""Helm spends most of its 0.1 s on its own start."""
_SOURCE: Final = re.compile(r"^# Source: service/(\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One object, as Kubernetes gets it. ``source`` is its template's path in ``charts``, ``service`` whose it is."""

    service: str
    source: str
    body: Mapping[str, Any]
    text: str

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.body["kind"])


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One service of an environment: its chart's folder, its values."""

    environment: str
    version: Version
    chart: Path
    values: Path

    def command(self, program: Path, *arguments: str) -> list[str]:
        release = [self.version.service] if arguments[0] == "template" else []
        given = ["--namespace", self.version.namespace, "--values", str(self.values)]
        digests = {IMAGE: self.version.image, MIGRATIONS: self.version.migrations}
        given += [text for key, value in digests.items() if value for text in ("--set-string", f"{key}={value}")]
        return [
            str(program),
            arguments[0],
            *release,
            str(self.chart),
            *arguments[1:],
            *given,
            "--kube-version",
            KUBERNETES,
        ]


def render(environment: str, charts: Path = CHARTS) -> tuple[Rendered, ...]:
    """Every object of every service of ``environment``, by service and in Helm's order of kinds.

    ``sandbox`` has its own values and the versions that it follows. Raises ``FileError`` with all problems where a file
    is wrong or Helm refuses one, ``helm.UnavailableError`` where there is no Helm.
    """
    jobs = list(_jobs(environment, charts))
    texts = _run(jobs, "template")
    return tuple(one for job, text in zip(jobs, texts, strict=True) for one in _objects(job, text, charts))


def lint(environment: str, charts: Path = CHARTS) -> int:
    """``helm lint --strict`` of the chart with the values of every service; how many there were. Raises as above."""
    return len(_run(list(_jobs(environment, charts)), "lint", "--strict"))


def template(chart: Path, values: Mapping[str, Any], namespace: str) -> subprocess.CompletedProcess[str]:
    """What Helm says of one set of values, right or wrong: it is not checked here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "values.yaml"
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        command = [str(helm.find()), "template", "it", str(chart), "--namespace", namespace, "--values", str(path)]
        return _helm([*command, "--kube-version", KUBERNETES], folder)


def _jobs(environment: str, charts: Path) -> Iterator[_Job]:
    file = read_versions(ENVIRONMENTS[environment].versions, charts)
    if file.problems:
        raise FileError(file.problems)
    missing = []
    for name, version in sorted(file.versions().items()):
        chart = charts / "service" / version.chart
        values = charts / "values" / environment / f"{name}.yaml"
        for path, fix in ((chart / "Chart.yaml", "name a chart that is there"), (values, "run make charts")):
            if not path.is_file():
                missing.append(Problem(file=display(path), why=f"is not there, and {name} needs it", fix=fix))
        yield _Job(environment=environment, version=version, chart=chart, values=values)
    if missing:
        raise FileError(missing)


def _run(jobs: Sequence[_Job], *arguments: str) -> list[str]:
    program = helm.find()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda job: _helm(job.command(program, *arguments), folder), jobs))
    problems = [
        Problem(file=display(job.values), why=_reason(one), fix="correct catalog, chart or line of charts/versions")
        for job, one in zip(jobs, done, strict=True)
        if one.returncode
    ]
    if problems:
        raise FileError(problems)
    return [one.stdout for one in done]


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """Helm's words on one line, the keys that it names included."""
    said = f"{done.stderr}\n{done.stdout if '[ERROR]' in done.stdout else ''}"
    return "helm refuses it: " + " ".join(line.strip() for line in said.splitlines() if line.strip())[:1500]


def _helm(command: Sequence[str], home: str) -> subprocess.CompletedProcess[str]:
    """With a home of its own: no plugin, repository or cluster of the user is asked."""
    places = {f"HELM_{name}_HOME": home for name in ("CACHE", "CONFIG", "DATA")}
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": home, "HELM_PLUGINS": home, **places}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=env)


def _objects(job: _Job, text: str, charts: Path) -> Iterator[Rendered]:
    chart = job.chart.relative_to(charts).as_posix()
    for document in re.split(r"^---$", text, flags=re.MULTILINE):
        body = yaml.load(document, Loader=yaml.CSafeLoader)
        source = _SOURCE.search(document)
        if body is not None:
            where = f"{chart}/{source[1] if source else '?'}"
            yield Rendered(service=job.version.service, source=where, body=body, text=document.strip() + "\n")
