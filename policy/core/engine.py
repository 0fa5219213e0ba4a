"""How a rule is declared once and becomes a CrossGuard policy.

A rule is data and pure generators: ``check`` yields one message for each violation of one resource, ``check_stack``
yields a resource and a message for each violation that only the whole stack shows. ``policy.core.pack`` adds name,
enforcement and waivers.
"""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pulumi_policy import EnforcementLevel, PolicyResource, Severity

from policy import rules as rules_package
from policy.core.names import name_of

Check = Callable[[Any], Iterator[str]]
StackCheck = Callable[[Sequence[PolicyResource]], Iterator[tuple[PolicyResource, str]]]


class Due(Protocol):
    """What has a due date, as ``models.roadmap.model.Clause`` has."""

    @property
    def due_date(self) -> dt.date | None:
        """First day of the due quarter; None where the clause holds from the start."""


class Ledger(Protocol):
    """What knows every clause: ``models.roadmap.model.Ledger``, or ``policy.core.due.DueDates`` where time counts."""

    def clause(self, clause_id: str) -> Due:
        """The clause with this ID; KeyError where there is none."""


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A requirement of a published framework, for example CIS AWS Foundations 5.2."""

    name: str
    version: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One requirement of one clause. Exactly one of ``check`` and ``check_stack`` is given.

    ``types`` names the Pulumi types that ``check`` looks at; every type where it is empty.
    """

    clause: str
    description: str
    severity: Severity
    frameworks: tuple[Framework, ...] = ()
    remediation: str
    types: frozenset[str] = frozenset()
    check: Check | None = None
    check_stack: StackCheck | None = None

    def __post_init__(self) -> None:
        if (self.check is None) == (self.check_stack is None):
            raise ValueError(f"{self.clause}: give exactly one of check and check_stack")


def load_rules() -> dict[str, Rule]:
    """Every ``RULE`` in ``policy/rules/<clause>``, by policy name: clause and file (``sec-06-private-database``)."""
    modules = pkgutil.walk_packages(rules_package.__path__, "policy.rules.")
    names = sorted(module.name for module in modules if not module.ispkg)
    return {name_of(name): importlib.import_module(name).RULE for name in names}


def enforcement(rule: Rule, ledger: Ledger, today: dt.date) -> EnforcementLevel:
    """Advisory before the first day of the clause's due quarter, mandatory from it and where no quarter is given."""
    due = ledger.clause(rule.clause).due_date
    return EnforcementLevel.MANDATORY if due is None or today >= due else EnforcementLevel.ADVISORY
