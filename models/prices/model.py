"""Prices of a region as ``catalog/prices/<region>.yaml`` holds them, and what ``catalog/usage.yaml`` says of use.

Sums are ``Decimal`` throughout: a price is written as text and never passes through a binary fraction.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from lib.problems import WrongValueError
from lib.validation import Day
from models.fields import Entry, HttpsUrl, Text

HOURS: Final = 730
"""Hours of a month (365 days x 24 / 12). Source: https://aws.amazon.com/calculator/calculator-assumptions"""
AMOUNT: Final = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"


def _amount(value: object) -> Decimal:
    """Text alone: a reader of YAML would round a number before anybody sees it."""
    try:
        if isinstance(value, Decimal):
            return value
        if isinstance(value, str):
            amount = Decimal(value)
            if amount.is_finite() and amount >= 0 and "e" not in value.lower():
                return amount
    except InvalidOperation:
        pass
    raise WrongValueError("is no amount in quotes", 'write it as text, for example "0.0768"')


Amount = Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "string", "pattern": AMOUNT})]
"""Zero or more, written in quotes."""
Unit = Literal["hour", "month", "GB-month", "GB", "request", "GB-second"]
Item = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)+$", max_length=80)]
"""What is charged, as ``ec2/t4g.large``."""
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]


class Source(Entry):
    """A public page or file. ``published`` is the day that it gives itself, ``read`` the day it was compared with."""

    url: HttpsUrl
    what: Text
    published: Day | None = None
    read: Day


class Price(Entry):
    """USD for one unit, on demand and without taxes. ``usage`` is AWS's usage type: what to look for in its list."""

    usd: Amount
    unit: Unit
    usage: Annotated[str, Field(pattern=r"^[A-Za-z0-9:.-]+$", max_length=80)]
    source: str


class PriceList(Entry):
    """The prices of one region; ``name`` is AWS's code of it."""

    name: Region
    sources: Annotated[dict[str, Source], Field(min_length=1)]
    prices: Annotated[dict[Item, Price], Field(min_length=1)]


class Use(Entry):
    """How much of ``item`` each resource of ``type`` uses in a month of an idle environment, and why that much."""

    item: Item
    type: str
    quantity: Amount
    why: Text


class Free(Entry):
    """Types of resources that nothing is charged for by themselves; one that ends with a colon is a whole provider."""

    why: Text
    source: HttpsUrl
    types: Annotated[tuple[str, ...], Field(min_length=1)]


class Unpriced(Entry):
    """Types whose price is not in the table, or does not depend on the resource: every report names them."""

    why: Text
    types: Annotated[tuple[str, ...], Field(min_length=1)]


class Usage(Entry):
    """``catalog/usage.yaml``."""

    use: tuple[Use, ...]
    free: tuple[Free, ...]
    unpriced: tuple[Unpriced, ...]
