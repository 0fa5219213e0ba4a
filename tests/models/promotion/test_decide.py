"""What is verified in a stage moves to the next, and nothing else does."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from models.promotion.decide import decide
from models.promotion.freight import Pipeline, load
from models.promotion.verdicts import load_verdicts, text
from models.versions.model import NO_IMAGE
from tests.models.promotion.support.verdicts import NOW, document, verdicts, write
from tests.models.support.catalogs import DEV, ORDERS, PRODUCTION, STAGING, A, B, CatalogFolder

HOUR = dt.timedelta(hours=1)


def test_verified_freight_moves_and_what_is_equal_is_not_named(pipeline: Pipeline, tmp_path: Path) -> None:
    """Orders differs; gateway and pages do not; trial is new there and waits to be named."""
    decision = decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW)
    (move,) = decision.moves
    assert (str(move.freight), str(move.replaced)) == ("orders 1.1.0 bbbbbbbbbbbb", "orders 1.0.1 aaaaaaaaaaaa")
    assert move.freight.origin.endswith("dev.yaml:2")
    (held,) = decision.held
    (reason,) = held.reasons
    assert str(reason).endswith(
        "dev.yaml:4: trial has no line in staging yet; fix: write SERVICE=trial to bring it there"
    )


def test_a_service_that_is_named_is_brought_to_a_stage_where_it_is_new(pipeline: Pipeline, tmp_path: Path) -> None:
    """And the others stay."""
    decision = decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW, "trial")
    (move,) = decision.moves
    assert (move.freight.service, move.replaced, decision.held) == ("trial", None, ())


REASONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "out of sync": ({"sync": "OutOfSync"}, "sync: 'OutOfSync': is not Synced", "see the application orders"),
    "degraded": ({"health": "Degraded"}, "health: 'Degraded': is not Healthy", "take dev back"),
    "progressing": ({"health": "Progressing"}, "health: 'Progressing': is not Healthy", "in Argo CD of dev"),
    "failed sync": ({"operation": "Failed"}, "operation: 'Failed': is not Succeeded", "mend it"),
    "another image": ({"image": A}, "image: 'sha256:aaaa", "let Argo CD sync it"),
    "another chart": ({"chart": "1.0.1"}, "chart: '1.0.1': is of another freight", "let Argo CD sync it"),
    "too young": ({"since": text(NOW - HOUR + dt.timedelta(seconds=1))}, "is 59 minutes before", "wait, then"),
    "no data of one SLO": ({"slos": [{"name": "latency", "burnRate": 0.0}]}, "has no data of the SLO availability",
                           "there is traffic"),
    "no data of both": ({"slos": []}, "has no data of the SLO latency", "measured"),
    "burning": ({"slos": [{"name": "availability", "burnRate": 1.0}, {"name": "latency", "burnRate": 1.01}]},
                "slos.1.burnRate: 1.01: is above 1.0: the SLO latency of orders burns",
                "docs/runbooks/service-orders.md"),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_what_is_not_verified_is_held_back_with_place_reason_and_fix(
    pipeline: Pipeline, tmp_path: Path, case: str
) -> None:
    """The file's line, the key, the value; nothing moves."""
    changes, why, fix = REASONS[case]
    known = verdicts(tmp_path, pipeline, "dev", {"orders": changes})
    decision = decide(pipeline, known, "staging", NOW, "orders")
    assert decision.moves == ()
    reasons = [str(reason) for reason in decision.held[0].reasons]
    assert any(why in reason and fix in reason and "verdicts.json:" in reason for reason in reasons), reasons


def test_soak_is_reached_at_its_last_second_and_counted_to_the_verdict(pipeline: Pipeline, tmp_path: Path) -> None:
    """A verdict that is older than now says nothing of the time in between."""
    known = verdicts(tmp_path, pipeline, "dev", {"orders": {"since": text(NOW - HOUR)}})
    assert decide(pipeline, known, "staging", NOW).moves
    known = verdicts(tmp_path, pipeline, "dev", {"orders": {"since": text(NOW - HOUR + dt.timedelta(minutes=1))}})
    assert not decide(pipeline, known, "staging", NOW + HOUR / 2).moves
    day = {"gateway": {"since": text(NOW - dt.timedelta(hours=23))}}
    assert not decide(pipeline, verdicts(tmp_path, pipeline, "staging", day), "production", NOW).moves


def test_an_absent_verdict_is_no_verification(pipeline: Pipeline, tmp_path: Path) -> None:
    """The reason names the file."""
    known = verdicts(tmp_path, pipeline, "dev")
    without = {name: found for name, found in known.entries.items() if name != "orders"}
    known = type(known)(file=known.file, environment="dev", time=known.time, entries=without)
    decision = decide(pipeline, known, "staging", NOW, "orders")
    assert "has no verdict of orders" in str(decision.held[0].reasons[0])
    assert decision.moves == ()


def test_a_service_without_objectives_is_judged_by_its_health(folder: CatalogFolder, tmp_path: Path) -> None:
    """Pages has none."""
    folder.edit(STAGING, f"1.1.0, image: {B}", f"1.0.0, image: {B}")
    folder.edit(PRODUCTION, f"1.1.0, image: {B}", f"1.0.0, image: {B}")
    pipeline = load(folder.root / "charts", folder.root)
    assert decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW, "pages").moves
    bad = verdicts(tmp_path, pipeline, "dev", {"pages": {"health": "Missing"}})
    assert not decide(pipeline, bad, "staging", NOW, "pages").moves


def test_a_stage_waits_for_the_next_where_the_two_would_be_too_far_apart(folder: CatalogFolder, tmp_path: Path) -> None:
    """Staging 1.2.0 would leave production two minor releases behind."""
    folder.edit(DEV, f"1.1.0, image: {A}", f"1.2.0, image: {A}")
    pipeline = load(folder.root / "charts", folder.root)
    decision = decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW, "gateway")
    (reason,) = decision.held[0].reasons
    assert "1.0.0 of production is 2 minor releases behind 1.2.0, at most 1 allowed" in str(reason)
    assert reason.fix == "promote gateway to production first"


def test_an_image_that_is_not_built_is_held_back(folder: CatalogFolder, tmp_path: Path) -> None:
    """Whatever its verdict says."""
    text_ = folder.text(DEV)
    folder.write(
        DEV,
        text_.replace(
            f"namespace: shop, chart: 1.1.0, image: {B}", f"namespace: shop, chart: 1.1.0, image: {NO_IMAGE}", 1
        ),
    )
    pipeline = load(folder.root / "charts", folder.root)
    decision = decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW, "orders")
    assert "orders has no image yet" in str(decision.held[0].reasons[0])


def test_a_rollback_before_is_promoted_as_any_other_freight(folder: CatalogFolder, tmp_path: Path) -> None:
    """What staging runs is what production gets, newer or older."""
    folder.edit(STAGING, f"1.1.0, image: {B}", f"1.0.1, image: {A}")
    pipeline = load(folder.root / "charts", folder.root)
    moves = decide(pipeline, verdicts(tmp_path, pipeline, "staging"), "production", NOW, "pages").moves
    assert [str(move.freight) for move in moves] == ["pages 1.0.1 aaaaaaaaaaaa"]


MIGRATIONS = {
    "of another image": {"migrations": B},
    "that Argo CD does not name": {"migrations": None},
}


@pytest.mark.parametrize("case", MIGRATIONS)
def test_migrations_are_verified_as_the_image_is(folder: CatalogFolder, tmp_path: Path, case: str) -> None:
    """They go with their line; what Argo CD deployed with others says nothing of these."""
    folder.migrate()
    pipeline = load(folder.root / "charts", folder.root)
    (move,) = decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW, "orders").moves
    assert str(move.freight) == "orders 1.1.0 bbbbbbbbbbbb with migrations aaaaaaaaaaaa"
    made = document(pipeline, "dev", {"orders": MIGRATIONS[case]})
    entries = [{key: value for key, value in one.items() if value is not None} for one in made["verdicts"]]
    known = load_verdicts(write(tmp_path / "v.json", {**made, "verdicts": entries}), "dev", pipeline.services, NOW)
    (held,) = decide(pipeline, known, "staging", NOW, "orders").held
    (reason,) = held.reasons
    assert "migrations: " in str(reason)
    assert f"is of another freight: {folder.root}/{DEV}:2 says {A}" in str(reason)


def test_migrations_that_are_deployed_and_not_declared_hold_back(pipeline: Pipeline, tmp_path: Path) -> None:
    """Somebody has set the parameter by hand."""
    known = verdicts(tmp_path, pipeline, "dev", {"orders": {"migrations": A}})
    (held,) = decide(pipeline, known, "staging", NOW, "orders").held
    assert "is of another freight" in str(held.reasons[0])
    assert "says none" in str(held.reasons[0])


def test_migrations_that_are_not_built_hold_back(folder: CatalogFolder, tmp_path: Path) -> None:
    """As an image does."""
    folder.migrate()
    folder.edit(DEV, f"migrations: {A}", f"migrations: {NO_IMAGE}")
    pipeline = load(folder.root / "charts", folder.root)
    decision = decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "staging", NOW, "orders")
    assert "orders has no image yet" in str(decision.held[0].reasons[0])


def test_the_first_stage_takes_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    """Its freight comes from releases."""
    with pytest.raises(ValueError, match="dev is the first stage"):
        decide(pipeline, verdicts(tmp_path, pipeline, "dev"), "dev", NOW)


def test_catalog_and_versions_are_judged_before_anything_is_decided(folder: CatalogFolder) -> None:
    """Everything at once; that stages are too far apart is no reason, because promotion mends it."""
    folder.edit(DEV, f"1.1.0, image: {A}", f"2.0.0, image: {A}")
    load(folder.root / "charts", folder.root)
    folder.edit(DEV, "service: pages", "service: page")
    folder.edit(ORDERS, "tier: core", "tier: cor")
    with pytest.raises(ValueError, match=r"(?s)orders.yaml:3: tier: 'cor'.*dev.yaml:3: 2.service: 'page'"):
        load(folder.root / "charts", folder.root)
