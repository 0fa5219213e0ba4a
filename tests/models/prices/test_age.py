"""Prices that nobody has looked at for two quarters are no prices any more."""

import datetime as dt

import pytest

from models.prices.loader import Prices, current, stale

READ = dt.date(2026, 11, 29)


def test_the_table_of_this_repository_is_fresh() -> None:
    """By the clock: docs/how-to/add-a-price.md says what to do when this fails."""
    assert stale(current(), dt.datetime.now(dt.UTC).date()) is None


@pytest.mark.parametrize("day", ["2026-11-29", "2027-03-31", "2027-06-30"])
def test_a_row_holds_for_two_quarters_more(day: str) -> None:
    """That in which it was read, and the two after it."""
    assert stale(table(), dt.date.fromisoformat(day)) is None


@pytest.mark.parametrize("day", ["2027-07-01", "2030-01-01"])
def test_one_old_row_makes_the_table_stale(day: str) -> None:
    """However new the others are; the message says which, how old, and what to do."""
    said = stale(table(), dt.date.fromisoformat(day))
    assert said is not None
    assert "machines in catalog/prices/eu-central-1.yaml" in said
    assert "2026-11-29" in said
    assert "docs/how-to/add-a-price.md" in said


def table() -> Prices:
    """The table as if all but one of its sources had been read much later."""
    there = current().regions["eu-central-1"]
    sources = {
        name: source.model_copy(update={"read": READ if name == "machines" else dt.date(2029, 12, 1)})
        for name, source in there.sources.items()
    }
    listed = there.model_copy(update={"sources": sources})
    return Prices(regions={"eu-central-1": listed}, uses={}, free={}, unpriced={})
