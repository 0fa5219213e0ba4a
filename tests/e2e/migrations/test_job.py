"""INF-04: what the rendered Job of graph-api would run, on a real database: its command, environment and credential."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from reports.charts.render import Rendered
from stacks.environments import ENVIRONMENTS
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.site import LOGIN, PASSWORD, ROOT, Site
from tests.reports.charts.support.rendered import rendered

pytestmark = pytest.mark.e2e
SERVICE, JOB = "graph-api", "graph-api-migration"
HEAD = "r0006"


def part(environment: str, kind: str) -> Rendered:
    """An object of the Job, as Argo CD would apply it."""
    named = [one for one in rendered(environment) if one.kind == kind and one.body["metadata"]["name"] == JOB]
    (found,) = named
    assert found.service == SERVICE
    return found


def run(environment: str, site: Site, database: str, folder: Path) -> tuple[int, str, str]:
    """The container of the Job, with the image's folders: exit code, what it said, and its error.

    Three things are not as in the cluster: the volume is a folder here, the server of the tests is reached by its
    socket, without TLS, and ``python`` is this one.
    """
    pod = part(environment, "Job").body["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (mount,), (volume,) = container["volumeMounts"], pod["volumes"]
    fetched = part(environment, "SecretProviderClass").body
    assert volume["csi"]["volumeAttributes"]["secretProviderClass"] == fetched["metadata"]["name"]
    secrets = {"nationgraph/core/migrator": {
        "engine": "postgres", "host": "localhost", "port": site.server.port, "dbname": database,
        "username": LOGIN, "password": PASSWORD,
    }}  # fmt: skip
    mounted = folder / "mounted"
    mounted.mkdir()
    for one in yaml.safe_load(fetched["spec"]["parameters"]["objects"]):
        (mounted / one["objectAlias"]).write_text(json.dumps(secrets[one["objectName"]]))
    image = folder / "app"
    shutil.copytree(ROOT / "migrations", image / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    given = {row["name"]: row["value"].replace(mount["mountPath"], str(mounted)) for row in container["env"]}
    done = subprocess.run(
        [*container["command"], "--socket", str(site.server.folder)],
        cwd=image, env={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **given},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_job_brings_a_database_up_to_date(place: Site, environment: str, tmp_path: Path) -> None:
    """Schema and rights are what the same steps make, and the service can use them and no more; again is nothing."""
    database = place.database()
    code, said, error = run(environment, place, database, tmp_path)
    assert (code, error) == (0, "")
    assert [line.split()[1] for line in said.splitlines()] == [step.id for step in place.known.revisions]
    assert schema.revisions(place.server, database) == (HEAD, [step.id for step in place.known.revisions])
    roles = (ROOT / "migrations" / "core" / "roles" / f"{environment}.sql").read_text(encoding="utf-8")
    reference = place.database()
    place.runner(reference, roles=roles).upgrade()
    assert schema.differences(place.shape(reference), place.shape(database)) == []

    place.server.execute("SELECT rotation.adopt('core', 'core_a', 'core_b')", database=database)
    place.server.execute(f"ALTER ROLE core_a PASSWORD '{PASSWORD}'")
    with place.server.connect("core_a", PASSWORD, database=database) as session:
        session.execute("INSERT INTO tenants (name, billing_email) VALUES ('one', 'b@x.example')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("ALTER TABLE tenants ADD COLUMN note text")

    (tmp_path / "again").mkdir()
    again = run(environment, place, database, tmp_path / "again")
    assert again == (0, f"core: nothing to do at {HEAD}; roles applied\n", "")


def test_a_job_that_is_refused_ends_with_a_code_that_fails_it_at_once(place: Site, tmp_path: Path) -> None:
    """Whose steps are not those that ran: nothing is changed, and no other pod tries."""
    database = place.at(HEAD)
    place.server.execute("UPDATE migrations.history SET digest = 'other' WHERE revision = 'r0002'", database=database)
    before = place.shape(database)
    code, _, error = run("production", place, database, tmp_path)
    job: dict[str, Any] = dict(part("production", "Job").body)
    (rule,) = [one["onExitCodes"] for one in job["spec"]["podFailurePolicy"]["rules"] if one["action"] == "FailJob"]
    assert code in rule["values"]
    assert "r0002_usage_events.py is not what ran here" in error
    assert PASSWORD not in error
    assert place.shape(database) == before
