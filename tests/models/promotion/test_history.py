"""What git says of a file's history is what a stage ever ran."""

from collections.abc import Mapping, Sequence

from models.promotion.freight import Freight, Pipeline, load
from models.promotion.history import Entry, entries, previous, untried
from tests.models.support.catalogs import PRODUCTION, STAGING, A, B, CatalogFolder


def line(chart: str, image: str, service: str = "orders") -> str:
    """As git shows a line that was written."""
    return f"+- {{service: {service}, tier: core, namespace: shop, chart: {chart}, image: {image}}}"


LOG = "\n".join([
    "commit " + "c" * 40, "", "diff --git a/versions/dev.yaml b/versions/dev.yaml", "+++ b/versions/dev.yaml",
    "@@ -3 +3 @@", line("1.1.0", B).replace("+", "-", 1), line("1.1.0", A),
    "commit " + "b" * 40, line("1.1.0", B), line("1.1.0", B, "pages"),
    "commit " + "a" * 40, "+# versions", "+- {service: orders, chart: 1}", "+- {broken", line("1.0.0", A) + "  # kept",
])  # fmt: skip


def test_lines_that_were_written_are_read_newest_first() -> None:
    """Lines that were removed, comments and lines of another form are no versions."""
    read = [(entry.commit[0], str(entry.freight)) for entry in entries(LOG)]
    assert read == [
        ("c", "orders 1.1.0 aaaaaaaaaaaa"),
        ("b", "orders 1.1.0 bbbbbbbbbbbb"),
        ("b", "pages 1.1.0 bbbbbbbbbbbb"),
        ("a", "orders 1.0.0 aaaaaaaaaaaa"),
    ]
    assert list(entries("")) == []


def test_previous_is_what_ran_before_the_current_line() -> None:
    """Also after a rollback, and where the current line is not committed."""
    history = list(entries(LOG))

    def before(chart: str, image: str) -> str:
        found = previous(history, Freight(service="orders", chart=chart, image=image))
        return str(found.freight) if found else ""

    assert before("1.1.0", A) == "orders 1.1.0 bbbbbbbbbbbb"
    assert before("1.1.0", B) == "orders 1.0.0 aaaaaaaaaaaa"
    assert before("1.0.0", A) == ""
    assert before("9.0.0", A) == "orders 1.1.0 aaaaaaaaaaaa"


def histories(**ran: Sequence[Freight]) -> Mapping[str, Sequence[Entry]]:
    """By stage."""
    return {stage: [Entry(commit="c", freight=freight) for freight in freights] for stage, freights in ran.items()}


def everything(pipeline: Pipeline, stage: str) -> list[Freight]:
    """What a stage runs."""
    return [pipeline.stage(stage).freight(name) for name in pipeline.stage(stage).versions]


def test_what_passed_through_the_stage_before_is_no_problem(folder: CatalogFolder, pipeline: Pipeline) -> None:
    """Then and now; nor what the stage itself ran already, which is what a rollback writes."""
    old = {name: everything(pipeline, name) for name in ("dev", "staging", "production")}
    assert list(untried(pipeline, histories(**old))) == []
    folder.edit(PRODUCTION, f"1.0.1, image: {A}", f"1.0.0, image: {B}")
    fresh = load(folder.root / "charts", folder.root)
    (problem,) = untried(fresh, histories(**old))
    assert str(problem).replace(f"{folder.root}/", "") == (
        "charts/versions/production.yaml:2: orders: '1.0.0': was never in staging, by the history of its file; "
        "fix: bring it to staging first, then make promote TO=production"
    )
    passed = Freight(service="orders", chart="1.0.0", image=B)
    for stage in ("staging", "production"):
        assert list(untried(fresh, histories(**{**old, stage: [*old[stage], passed]}))) == []
    (problem,) = untried(fresh, histories(**{**old, "dev": [*old["dev"], passed]}))
    assert "was never in staging" in str(problem)


def test_image_is_named_where_its_chart_had_passed(folder: CatalogFolder, pipeline: Pipeline) -> None:
    """The value that is new."""
    old = {name: everything(pipeline, name) for name in ("dev", "staging", "production")}
    folder.edit(PRODUCTION, f"1.0.1, image: {A}", f"1.0.1, image: {B}")
    (problem,) = untried(load(folder.root / "charts", folder.root), histories(**old))
    assert problem.value == B


def test_the_first_commit_of_a_repository_has_nothing_to_compare(pipeline: Pipeline) -> None:
    """And the first stage never has."""
    assert list(untried(pipeline, histories(dev=[], staging=[], production=[]))) == []


C, D = f"sha256:{'c' * 64}", f"sha256:{'d' * 64}"


def judged(folder: CatalogFolder, before: Sequence[tuple[str, str | None]], image: str, migrations: str) -> list[str]:
    """What is said of orders in production with these images, where staging and production ran ``before``."""
    folder.migrate()
    folder.edit(PRODUCTION, f"image: {A}, migrations: {A}", f"image: {image}, migrations: {migrations}")
    fresh = load(folder.root / "charts", folder.root)
    ran = [Freight(service="orders", chart="1.1.0", image=one, migrations=steps) for one, steps in before]
    others = [one for one in everything(fresh, "production") if one.service != "orders"]
    dev = histories(dev=everything(fresh, "dev") + everything(fresh, "staging"))
    known = {**dev, **histories(staging=[*ran, *everything(fresh, "staging")], production=others)}
    return [str(problem.value) for problem in untried(fresh, known)]


def test_migrations_are_tried_with_their_image(folder: CatalogFolder) -> None:
    """Each of the two is known, and not together."""
    assert judged(folder, [(B, C), (A, D)], B, D) == [D]


def test_another_image_of_migrations_is_named(folder: CatalogFolder) -> None:
    """The value that is new."""
    assert judged(folder, [(B, C)], B, D) == [D]


def test_what_was_tried_together_is_no_problem(folder: CatalogFolder) -> None:
    """As of any other freight."""
    assert judged(folder, [(B, C)], B, C) == []


def test_a_line_of_before_the_service_migrated_is_known_with_migrations_that_are(folder: CatalogFolder) -> None:
    """That is what a rollback beyond that day writes; migrations that nobody ran are none of it."""
    assert judged(folder, [(B, None), (A, D)], B, D) == []


def test_migrations_that_nobody_ran_are_noticed_beside_a_line_of_before(folder: CatalogFolder) -> None:
    """Staging has run others since."""
    assert judged(folder, [(B, None), (A, D)], B, C) == [C]


def test_a_service_that_begins_to_migrate_does_so_everywhere_at_once(folder: CatalogFolder, pipeline: Pipeline) -> None:
    """And one that ceases to: the catalog says it of all environments."""
    folder.edit(STAGING, f"1.0.1, image: {A}", f"1.1.0, image: {A}")
    folder.edit(PRODUCTION, f"1.0.1, image: {A}", f"1.1.0, image: {A}")
    stages = ("dev", "staging", "production")
    before = load(folder.root / "charts", folder.root)
    old = {name: everything(before, name) for name in stages}
    folder.migrate()
    migrating = load(folder.root / "charts", folder.root)
    assert list(untried(migrating, histories(**old))) == []
    new = {name: everything(migrating, name) for name in stages}
    assert list(untried(before, histories(**new))) == []


def test_previous_of_a_service_that_migrates_has_migrations() -> None:
    """Those of then, or where it had none yet, those of now, which is then no other line by itself."""
    log = "\n".join([
        "commit " + "c" * 40, line("1.1.0", B).replace("}", f", migrations: {D}}}"),
        "commit " + "b" * 40, line("1.1.0", B), line("1.1.0", A),
        "commit " + "a" * 40, line("1.1.0", A).replace("}", f", migrations: {C}}}"),
    ])  # fmt: skip
    history = list(entries(log))
    now = Freight(service="orders", chart="1.1.0", image=B, migrations=D)
    found = previous(history, now)
    assert found is not None
    assert found.freight.as_now(now).key == ("orders", "1.1.0", A, D)
    older = previous(history, Freight(service="orders", chart="1.1.0", image=A, migrations=D))
    assert older is not None
