"""One service migrates each database that has steps, and is one that can."""

import pytest

from tests.models.support.catalogs import ACCESS, GATEWAY, MIGRATES, ORDERS, OWNER, STAGING, CatalogFolder

HERE = "28: dataStores.0.migrates: True: "


def test_the_one_service_that_writes_there_migrates_it(folder: CatalogFolder) -> None:
    """Its namespace is that of the Job."""
    folder.migrate()
    catalog, problems = folder.read()
    assert problems == []
    assert catalog.namespaces_migrating("store") == ("shop",)
    assert catalog.namespaces_migrating("copy") == ()


def test_steps_that_nobody_runs_are_noticed(folder: CatalogFolder) -> None:
    """By the folder; without the folder of all steps, which another repository may hold, nothing is said."""
    folder.migrate()
    folder.edit(ORDERS, MIGRATES, "- {database: store, role: writer, migrates: false}")
    lines = folder.problems()
    assert lines[-1] == (
        "migrations/store: has steps, and no service's deployment runs them: store would stay as it is; "
        "fix: write {database: store, role: writer, migrates: true} in a service that writes there"
    )
    assert [line.partition(":")[0] for line in lines[:-1]] == [f"charts/versions/{name}.yaml" for name in STAGES]
    folder.edit(ORDERS, "role: writer", "role: wrter")
    assert [line for line in folder.problems() if "has steps" in line] == [], "who does is not known"


STAGES = ("dev", "production", "staging")


def test_a_second_one_is_refused_where_it_stands(folder: CatalogFolder) -> None:
    """Two Jobs would run the same steps."""
    folder.migrate()
    folder.write(GATEWAY, folder.text(GATEWAY) + f"dataStores:\n  {MIGRATES}\n")
    lines = [line for line in folder.problems() if "migrates" in line and "orders.yaml" in line.partition(":")[0]]
    assert lines == [
        f"{ORDERS}:{HERE}is said in {GATEWAY} too: two deployments would run the same steps; fix: keep one of the two"
    ]


@pytest.mark.parametrize(
    ("change", "line", "fix"),
    [
        ((ORDERS, "role: writer, m", "role: reader, m"), "the service is a reader there", "that writes there"),
        ((ORDERS, "tier: core", "tier: experimental"), "is of an experimental service", "raise its tier"),
        ((ORDERS, "migrates: true", "migrates: 'true'"), "is not true or false", "write true in the one service"),
        ((ACCESS, OWNER, ""), "lets workloads be owner of store in sandbox, dev, staging", "grant it there"),
        ((ACCESS, OWNER, OWNER.replace("owner: staff", "owner: staff, environments: [dev]")),
         "lets workloads be owner of store in sandbox, staging, production", "grant it there"),
    ],
)  # fmt: skip
def test_who_cannot_is_refused(folder: CatalogFolder, change: tuple[str, str, str], line: str, fix: str) -> None:
    """Role, tier and rights."""
    folder.migrate()
    folder.edit(*change)
    lines = [found for found in folder.problems() if "28: dataStores.0.migrates" in found]
    assert len(lines) == 1, folder.problems()
    assert line in lines[0]
    assert fix in lines[0].partition("; fix: ")[2]


def test_a_database_without_steps_is_not_migrated(folder: CatalogFolder) -> None:
    """The Job would be refused each time."""
    folder.migrate()
    (folder.root / "migrations/store").rename(folder.root / "migrations/other")
    (line,) = folder.problems()
    assert f"{ORDERS}:{HERE}has no steps: there is no folder migrations/store; fix: write them, or remove it" in line


def test_a_deployment_migrates_one_database(folder: CatalogFolder) -> None:
    """It has one Job."""
    folder.migrate()
    row = "  more: {description: x, kind: database, instance: more, data: none, tier: database, ports: [5433]"
    folder.edit(ACCESS, "  board:", f"{row}, reached: router}}\n  board:")
    folder.write(
        ACCESS,
        folder.text(ACCESS)
        + OWNER.replace("store", "more").replace("login: steps", "login: others").replace("5432", "5433"),
    )
    folder.write("migrations/more/versions/r0001_first.py", "")
    folder.edit(ORDERS, MIGRATES, f"{MIGRATES}\n  {MIGRATES.replace('store', 'more')}")
    (line,) = folder.problems()
    assert "29: dataStores.1.migrates: True: is the second one: a deployment migrates store already" in line


def test_only_who_migrates_has_a_digest_in_its_line(folder: CatalogFolder) -> None:
    """And has one in each environment, of an image that is built, with a chart that sees it."""
    folder.migrate("sha256:" + "0" * 64)
    lines = folder.problems()
    assert [line.partition(": ")[0] for line in lines] == [
        f"{STAGING.replace('staging', name)}:2" for name in STAGES[1:]
    ]
    assert "1.migrations: 'sha256:00" in lines[0]
    assert "which only dev may name" in lines[0]
    text = folder.text(STAGING)
    folder.write(STAGING, text.replace(", migrations: sha256:" + "0" * 64, ""))
    assert (
        f"1.migrations: is missing: by {ORDERS} its deployment migrates store; fix: add migrations: sha256"
        in "".join(folder.problems())
    )
    folder.write(STAGING, text.replace("0" * 64, "d" * 64).replace("chart: 1.1.0", "chart: 1.0.1", 2))
    assert "1.chart: '1.0.1': runs no Job where `migrations` alone is another digest" in "".join(folder.problems())


def test_a_digest_beside_a_service_that_migrates_nothing_is_refused(folder: CatalogFolder) -> None:
    """It would be handed to a chart that refuses it."""
    folder.migrate()
    text = folder.text(STAGING)
    folder.write(STAGING, text.replace("b" * 64 + "}", "b" * 64 + f", migrations: sha256:{'c' * 64}}}"))
    (line,) = folder.problems()
    assert "3: 2.migrations: 'sha256:cc" in line
    assert "its deployment migrates no database; fix: remove it" in line


def test_the_digest_stands_last_in_its_line(folder: CatalogFolder) -> None:
    """One order, so that a promotion is one change."""
    folder.migrate()
    text = folder.text(STAGING)
    moved = f", migrations: sha256:{'a' * 64}"
    folder.write(
        STAGING,
        text.replace(moved, "").replace(", tier: core, namespace: shop", f"{moved}, tier: core, namespace: shop"),
    )
    (line,) = folder.problems()
    assert "is not one line with its keys in their order" in line
    assert line.endswith(f"migrations: sha256:{'a' * 64}}}")
