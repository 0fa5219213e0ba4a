"""``python -m tests.bench.scorecard``: what scorecard and review cost at 10, 100 and 1,000 services, in CPU seconds.

Every service runs in every environment, and every tenth has a finding there. Only ratios mean anything on a busy
machine.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.table import Table

from models.catalog.model import Catalog
from models.prices.loader import load_prices
from models.roadmap.waiver import CHARTS
from reports.pins import pins
from reports.review.build import document
from reports.review.model import Inputs, Quarter
from reports.review.owners import Owners
from reports.scorecard import output
from reports.scorecard.build import ROOT, build
from stacks.environments import PROMOTION
from tests.reports.scorecard.support.cards import CATALOG, LEDGER, TODAY, evidence, finding, report

SIZES = (10, 100, 1_000)


def grown(size: int) -> Catalog:
    """The catalog with so many services, each of which every environment runs."""
    (pattern, *_), (version, *_) = CATALOG.services.values(), CATALOG.versions["dev"].values()
    names = [f"service-{number:04}" for number in range(size)]
    services = {name: pattern.model_copy(update={"name": name}) for name in names}
    return replace(CATALOG, services=services, versions={env: dict.fromkeys(names, version) for env in PROMOTION})


def main() -> None:
    """Measure and print."""
    columns = (
        "services",
        "cells",
        "scorecard, s",
        *(f"{form}, s" for form in output.FORMATS),
        "review, s",
        "HTML, KiB",
    )
    table = Table(*columns, title="Scorecard and review", title_justify="left", box=None)
    for size in SIZES:
        table.add_row(*_row(size))
    Console(width=140).print(table)


def _row(size: int) -> list[str]:
    catalog = grown(size)
    found = [finding("sec-07-restricted-pods", file=f"dev/{name}.yaml") for name in list(catalog.services)[::10]]
    reports = [report(f"{CHARTS}{env}", *found, subjects=tuple(catalog.services)) for env in PROMOTION]
    given = evidence(*reports)
    card, built = _timed(lambda: build(LEDGER, catalog, given, TODAY))
    written = [_timed(lambda form=form: form(card)) for form in output.FORMATS.values()]
    inputs = Inputs(
        quarter=Quarter.of(TODAY),
        today=TODAY,
        card=card,
        evidence=given,
        catalog=catalog,
        prices=load_prices(),
        owners=Owners.load(),
        pins=pins(ROOT),
    )
    _, reviewed = _timed(lambda: document(inputs))
    cells = sum(len(row.services) + len(row.stacks) for row in card.rows)
    shown = [f"{seconds:.2f}" for _, seconds in written]
    return [f"{size:,}", f"{cells:,}", f"{built:.2f}", *shown, f"{reviewed:.2f}", f"{len(written[-1][0]) / 1024:,.0f}"]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    made = work()
    return made, time.process_time() - begun


if __name__ == "__main__":
    main()
