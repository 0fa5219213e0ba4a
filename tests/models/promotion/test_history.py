"""What git says of a file's history is what a stage ever ran."""

from collections.abc import Mapping, Sequence

from models.promotion.freight import Freight, Pipeline, load
from models.promotion.history import Entry, entries, previous, untried
from tests.models.support.catalogs import PRODUCTION, A, B, CatalogFolder


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
