"""Apply waivers while the engine analyses, and judge them when it is done. Clause REV-01.

A violation is waived where it is found; whether a waiver was used is known only at the end, when the engine analyses
the stack as a whole. :class:`Exceptions` carries what was seen from the one to the other, for one preview or update.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pulumi_policy import PolicyResource

from lib.problems import Problem
from models.roadmap.waiver import Waiver, WaiverFile, misplaced
from policy.core.engine import Rule
from policy.facts.props import UNKNOWN, Resource, get, stack_of

MOST = 5
"""How many resources one waiver may cover: what is wanted for more is a change of the rule, or several decisions."""
UNUSED_FOR = dt.timedelta(days=14)
"""How long after its creation a waiver may wait for what it excuses: a change cannot be excused by a waiver that it
brings itself, so that the waiver is merged first."""


class Exceptions:
    """The waivers in force, and what one preview or update has shown of them. The servicer's threads share it."""

    def __init__(self, file: WaiverFile, rules: Mapping[str, Rule], stacks: Iterable[str], today: dt.date) -> None:
        self._rules = rules
        self._today = today
        wrong = list(misplaced(file.waivers, frozenset(rules), frozenset(stacks), today))
        self.problems = (*file.problems, *(problem for _, problem in wrong))
        refused = {id(waiver) for waiver, _ in wrong}
        self._in_force = tuple(waiver for waiver in file.waivers if id(waiver) not in refused)
        self._waived: dict[Waiver, dict[tuple[str, str], str]] = defaultdict(dict)
        self._analysed: dict[Waiver, set[str]] = defaultdict(set)
        self._undecided: set[Waiver] = set()

    def for_rule(self, policy: str) -> tuple[Waiver, ...]:
        """The waivers in force for one rule, on any stack."""
        return tuple(waiver for waiver in self._in_force if waiver.policy == policy)

    def analysed(self, waivers: Sequence[Waiver], resource: Resource) -> None:
        """Note that the rule of ``waivers`` now looks at a resource, and whether it can see all of it."""
        for waiver in waivers:
            self._analysed[waiver].add(resource.urn)
            if holds_unknown(resource.props):
                self._undecided.add(waiver)

    def waive(self, waivers: Sequence[Waiver], resource: Resource, message: str) -> Waiver | None:
        """The one of ``waivers`` that excuses the violation, which is then recorded; never for a sixth resource."""
        for waiver in waivers:
            urns = {urn for urn, _ in self._waived[waiver]}
            if resource.urn in urns or len(urns) < MOST:
                self._waived[waiver][resource.urn, message] = resource.name
                return waiver
        return None

    def judge(self, resources: Sequence[PolicyResource]) -> Iterator[Problem]:
        """What is wrong with the file, with its entries, and with how this stack uses them."""
        yield from self.problems
        stack = next((stack_of(resource.urn) for resource in resources), None)
        for waiver in self._in_force:
            if waiver.stack != stack:
                continue
            covered = [r for r in resources if waiver.covers(r.resource_type, r.name)]
            if len(covered) > MOST:
                why, fix = (
                    f"over-broad: matches {len(covered)} resources, at most {MOST} are allowed",
                    "narrow the glob",
                )
                yield waiver.problem("resource", why, fix)
            if self._today - waiver.created <= UNUSED_FOR or self._waived[waiver]:
                continue
            if self._decided(waiver, covered, resources):
                yield waiver.problem(
                    "resource", "unused: nothing that it matches violates the policy", "remove the waiver"
                )

    def _decided(self, waiver: Waiver, covered: Sequence[PolicyResource], resources: Sequence[PolicyResource]) -> bool:
        """False where a violation may yet show: a preview knows less than an update."""
        rule = self._rules[waiver.policy]
        if rule.check_stack is not None:
            # The rule follows edges: an unknown value anywhere can hide the violation of a resource that is all known.
            return not covered or not any(holds_unknown(resource.props) for resource in resources)
        relevant = {r.urn for r in covered if not rule.types or r.resource_type in rule.types}
        return waiver not in self._undecided and relevant <= self._analysed[waiver]

    def report(self) -> Iterator[tuple[str, str]]:
        """URN and message of each violation that was waived; then forget everything: the run is over."""
        for waiver, violations in self._waived.items():
            for (urn, message), name in violations.items():
                yield urn, f"{name}: {waiver.notice}{message}"
        self._waived.clear()
        self._analysed.clear()
        self._undecided.clear()


def holds_unknown(value: object) -> bool:
    """True where a value, or anything in it, is unknown."""
    if isinstance(value, Mapping):
        return any(holds_unknown(get(value, key)) for key in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(holds_unknown(get(value, index)) for index in range(len(value)))
    return value is UNKNOWN
