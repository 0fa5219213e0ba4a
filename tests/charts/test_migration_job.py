"""INF-04: the golden chart's Job gives the migrations' container what it asks for, and reads its exit codes."""

from typing import Any

import pytest

from migrations.runner import errors, settings
from migrations.runner.cli import parser
from migrations.runner.history import ROOT as MIGRATIONS
from stacks.environments import ENVIRONMENTS
from tests.charts.test_golden_chart import MIGRATION, objects, values


@pytest.fixture(scope="module")
def made() -> dict[str, list[Any]]:
    """The objects of a service that runs migrations."""
    return objects(values(("migration", MIGRATION)))


@pytest.fixture(scope="module")
def container(made: dict[str, list[Any]]) -> dict[str, Any]:
    """The one container of the Job."""
    (container,) = made["Job"][0]["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_the_command_is_one_that_the_runner_takes(container: dict[str, Any]) -> None:
    """Word for word, with the defaults of all limits."""
    assert container["command"][:3] == ["python", "-m", "migrations"]
    chosen = parser().parse_args(container["command"][3:])
    assert (chosen.command, chosen.database, chosen.to, chosen.socket) == ("upgrade", "core", None, None)
    assert {name: getattr(chosen, name) for name in vars(settings.Limits())} == vars(settings.Limits())
    assert "args" not in container


def test_environment_and_file_are_those_that_it_reads(made: dict[str, list[Any]], container: dict[str, Any]) -> None:
    """Each environment has roles; the secret is mounted where its file is looked for."""
    given = {one["name"]: one["value"] for one in container["env"]}
    assert given == {"MIGRATIONS_ENVIRONMENT": "production", "MIGRATIONS_CREDENTIAL": str(settings.CREDENTIAL)}
    for environment in ENVIRONMENTS:
        roles = settings.roles({"MIGRATIONS_ENVIRONMENT": environment}, MIGRATIONS / "core")
        assert "access_owner" in roles
    mounted = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    (volume,) = made["Job"][0]["spec"]["template"]["spec"]["volumes"]
    assert mounted == {str(settings.CREDENTIAL.parent): volume["name"]}
    (secret,) = [one for one in made["SecretProviderClass"] if one["metadata"]["name"].endswith("-migration")]
    assert volume["csi"]["volumeAttributes"]["secretProviderClass"] == secret["metadata"]["name"]
    assert "objectName: nationgraph/core/migrator" in secret["spec"]["parameters"]["objects"]
    assert f"objectAlias: {settings.CREDENTIAL.name}" in secret["spec"]["parameters"]["objects"]


def test_exit_codes_are_read_as_they_are_meant(made: dict[str, list[Any]]) -> None:
    """What another try cannot mend fails the Job at once; what it can is tried again within the deadline."""
    spec = made["Job"][0]["spec"]
    (rule,) = [one["onExitCodes"] for one in spec["podFailurePolicy"]["rules"] if one["action"] == "FailJob"]
    final = {errors.MigrationError.code, errors.UsageError.code}
    assert set(rule["values"]) == final
    assert {errors.BusyError.code, errors.UnreachableError.code} & final == set()
    assert spec["backoffLimit"] > 0
    limits = settings.Limits()
    assert spec["activeDeadlineSeconds"] > limits.lock_wait + limits.statement_timeout


def test_it_runs_as_the_migrations_and_before_the_service(
    made: dict[str, list[Any]], container: dict[str, Any]
) -> None:
    """Its own service account, no API token, no right to write; the way to the database is there first."""
    job = made["Job"][0]
    pod = job["spec"]["template"]["spec"]
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("migrations", False)
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["runAsUser"] == 65532
    assert job["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PreSync"
    waves = {
        kind: int(one["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        for kind in ("SecretProviderClass", "NetworkPolicy", "Job")
        for one in made[kind]
        if one["metadata"]["name"].endswith("-migration")
    }
    assert waves["Job"] > max(waves["SecretProviderClass"], waves["NetworkPolicy"])
