"""Read ``catalog/prices`` and ``catalog/usage.yaml``: every problem of every file at once."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from lib.problems import Fault, FileError, Problem
from lib.validation import check
from lib.yaml_file import YamlFile, read
from models.folder import read_folder
from models.prices.model import Free, Price, PriceList, Source, Unpriced, Use
from models.shape import sections

CATALOG: Final = Path(__file__).parents[2] / "catalog"
_FIX: Final = {
    "name": "write AWS's code of the region, as eu-central-1; the file is called after it",
    "url": "write the https address of the page or file",
    "what": "write what it is, in one sentence",
    "read": "write the day on which the price was compared with the source, as 2026-11-29",
    "published": "write the day that the source gives itself, or leave the key out",
    "usage": "write AWS's usage type, as NatGateway-Hours",
    "unit": "write hour, month, GB-month, GB, request or GB-second",
    "prices": 'write each as ec2/t4g.large: {usd: "0.0768", unit: hour, usage: BoxUsage:t4g.large, source: list}',
    "item": "write what is charged, as nat/gb",
    "why": "say why",
    "types": "list types as aws:ec2/vpc:Vpc; kubernetes: stands for all of the provider",
}


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The lists by region, and what is said of use; types by which a whole provider is meant end with a colon."""

    regions: Mapping[str, PriceList]
    uses: Mapping[str, tuple[Use, ...]]
    free: Mapping[str, str]
    unpriced: Mapping[str, str]

    def price(self, region: str, item: str) -> Price | None:
        """The price of an item in a region; None where the table has none."""
        listed = self.regions.get(region)
        return listed.prices.get(item) if listed else None

    def sources(self) -> Iterator[Source]:
        """Every source of every region."""
        for listed in self.regions.values():
            yield from listed.sources.values()

    @property
    def oldest(self) -> dt.date:
        """The day on which the row that was not looked at for longest was read."""
        return min(source.read for source in self.sources())


QUARTERS: Final = 2
"""For so many after the one in which a source was read its prices hold."""


def stale(prices: Prices, today: dt.date) -> str | None:
    """Which source was read too long ago, and what to do; None where all may stand."""
    for region, listed in prices.regions.items():
        for name, source in listed.sources.items():
            if _quarter(today) - _quarter(source.read) > QUARTERS:
                place = f"{name} in catalog/prices/{region}.yaml"
                return (
                    f"{place} was read on {source.read}: compare its prices again, as docs/how-to/add-a-price.md says"
                )
    return None


def _quarter(day: dt.date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def said(of: Mapping[str, str], type_: str) -> str | None:
    """What is said of a type, or of its whole provider."""
    return of.get(type_) or of.get(f"{type_.partition(':')[0]}:")


@cache
def current() -> Prices:
    """The table of this clone. FileError where a file is wrong."""
    return load_prices()


def load_prices(catalog: Path = CATALOG) -> Prices:
    """The table below ``catalog``. FileError lists every problem."""
    folder = read_folder(catalog / "prices", PriceList, _FIX)
    problems = [*folder.problems]
    for entry in folder.entries.values():
        problems += entry.problems(_sources(entry.value))
    uses, free, unpriced = _usage(catalog / "usage.yaml", problems)
    if problems:
        raise FileError(problems)
    return Prices(regions=folder.values, uses=uses, free=free, unpriced=unpriced)


def _sources(listed: PriceList) -> Iterator[Fault]:
    named = {price.source for price in listed.prices.values()}
    for item, price in listed.prices.items():
        if price.source not in listed.sources:
            fix = f"name one of {', '.join(listed.sources)}, or add it to sources"
            path = ("prices", item, "source")
            yield Fault(path=path, value=price.source, why="is no source of this file", fix=fix)
    for name in listed.sources:
        if name not in named:
            yield Fault(path=("sources", name), why="is named by no price", fix="remove it")


def _usage(
    path: Path, problems: list[Problem]
) -> tuple[Mapping[str, tuple[Use, ...]], Mapping[str, str], Mapping[str, str]]:
    try:
        file = read(path)
    except FileError as error:
        problems += error.problems
        return {}, {}, {}
    data, wrong = sections(file, {"use": tuple, "free": tuple, "unpriced": tuple})
    problems += wrong
    uses: dict[str, tuple[Use, ...]] = {}
    for _, use in _entries(file, "use", data, Use, problems):
        uses[use.type] = (*uses.get(use.type, ()), use)
    free: dict[str, str] = {}
    unpriced: dict[str, str] = {}
    for section, model, kept in (("free", Free, free), ("unpriced", Unpriced, unpriced)):
        for index, entry in _entries(file, section, data, model, problems):
            for place, type_ in enumerate(entry.types):
                if type_ in {**free, **unpriced}:
                    at = (section, str(index), "types", str(place))
                    fault = Fault(path=at, value=type_, why="is listed twice", fix="keep one of the two")
                    problems += file.unreported([fault])
                kept[type_] = entry.why
    return uses, free, unpriced


def _entries(
    file: YamlFile, section: str, data: Mapping[str, Any], model: type[BaseModel], problems: list[Problem]
) -> Iterator[tuple[int, Any]]:
    for index, raw in enumerate(data[section] or ()):
        entry, wrong = check(model, raw, _FIX)
        problems += file.unreported(wrong, (section, str(index)))
        if entry is not None:
            yield index, entry
