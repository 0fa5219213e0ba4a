"""Cases that are counted out and not thought up: every exchange, every call, every order."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from tests.e2e.rotation.support.gate import Act, Exchange
from tests.e2e.rotation.support.matrix import Case
from tests.e2e.rotation.support.world import STEPS, Site, World, watched


@dataclass(frozen=True)
class Course:
    """What one undisturbed rotation says to the outside, and which of it changes something there, by number."""

    exchanges: tuple[Exchange, ...]
    effects: tuple[int, ...]

    def named(self, number: int) -> str:
        """An exchange as titles say it."""
        effect = ", a side effect" if number in self.effects else ""
        return f"{number} of {len(self.exchanges)} ({self.exchanges[number - 1].operation or 'database'}{effect})"


def course(site: Site) -> Course:
    """Run a rotation, and look at secret and roles before each exchange: what differs after it is its effect."""
    with watched(World(site)) as world:
        states: list[object] = []

        def look(_: Exchange) -> Act:
            states.append(world.state())
            return Act.PASS

        outcome = world.rotate(look, keep=True)
        states.append(world.state())
        if not outcome.succeeded:
            raise RuntimeError(f"a rotation without any fault fails: {outcome.error}")
        effects = [number for number in range(1, len(states)) if states[number - 1] != states[number]]
        return Course(tuple(world.gate.seen), tuple(effects))


def _killed(at: int, site: Site, *, given_up: bool) -> list[str]:
    with watched(World(site)) as world:
        world.rotate_until_killed(at)
        if given_up:
            world.account.unlabel(world.arn)
        return world.faults()


def _cut(at: int, site: Site) -> list[str]:
    with watched(World(site)) as world:
        world.rotate(lambda exchange: Act.LOSE if exchange.number == at else Act.PASS)
        return world.faults()


def _throttled(at: int, site: Site) -> list[str]:
    """One call is refused twice; the function itself has to get over it."""
    with watched(World(site)) as world:
        calls, refused = itertools.count(1), itertools.count()

        def plan(exchange: Exchange) -> Act:
            reached = exchange.kind == "api" and next(calls) >= at
            return Act.REFUSE if reached and next(refused) < 2 else Act.PASS

        outcome = world.rotate(plan)
        return [*([] if outcome.succeeded else [f"throttling is not survived: {outcome.error}"]), *world.faults()]


def _ordered(order: tuple[str, ...], site: Site) -> list[str]:
    with watched(World(site)) as world:
        token = world.begin()
        for step in order:
            world.step(step, token)
        return world.faults()


def _overtaken(done: int, site: Site) -> list[str]:
    """A second rotation begins after ``done`` steps of the first, and both go on at once."""
    with watched(World(site)) as world:
        first = world.begin()
        for step in STEPS[:done]:
            world.step(step, first)
        second = world.account.stage(world.arn)
        calls = [
            [world.ready(step, token) for step in steps] for token, steps in ((first, STEPS[done:]), (second, STEPS))
        ]
        threads = [threading.Thread(target=lambda line=line: [call.run() for call in line]) for line in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return world.faults()


def _given_up(done: int, site: Site) -> list[str]:
    """An operator gives a rotation up after ``done`` steps, and starts another."""
    with watched(World(site)) as world:
        world.rotate(steps=STEPS[:done])
        world.account.unlabel(world.arn)
        return world.faults(attempts=1)


def _crashes(course: Course, *, everything: bool) -> Iterator[Case]:
    """Kills around each side effect, retried and given up, and in turn while setSecret is at work on the database."""
    last = len(course.exchanges)
    around = {number for effect in course.effects for number in (effect, effect + 1) if number <= last}
    for number in range(1, last + 1):
        both = everything or number in around
        if both or number in _critical(course):
            for given_up in (False, True) if both else (bool(number % 2),):
                title = f"killed before exchange {course.named(number)}, {'given up' if given_up else 'retried'}"
                yield Case(title, partial(_killed, number, given_up=given_up))


def _critical(course: Course) -> range:
    """The exchanges of setSecret, from where it holds the lock."""
    described = [exchange.number for exchange in course.exchanges if exchange.operation == "DescribeSecret"]
    return range(described[2], described[3]) if len(described) > 3 else range(1, len(course.exchanges) + 1)


def cases(course: Course, *, everything: bool) -> Iterator[Case]:
    """All of them. ``everything``: at every exchange; else around side effects and while setSecret holds its lock."""
    yield from _crashes(course, everything=everything)
    for exchange in course.exchanges:
        if exchange.kind == "database" and (everything or exchange.number in _critical(course)):
            yield Case(f"answer lost in exchange {course.named(exchange.number)}", partial(_cut, exchange.number))
    for number, exchange in enumerate((item for item in course.exchanges if item.kind == "api"), 1):
        yield Case(f"throttled at API call {number} ({exchange.operation})", partial(_throttled, number))
        if exchange.number in course.effects:
            yield Case(f"answer lost of API call {number} ({exchange.operation})", partial(_cut, exchange.number))
    for order in itertools.permutations(STEPS):
        if order != STEPS:
            yield Case("order " + ", ".join(step.removesuffix("Secret") for step in order), partial(_ordered, order))
    for done in range(4):
        yield Case(f"overtaken by a second rotation after {done} steps", partial(_overtaken, done))
    for done in range(1, 4):
        yield Case(f"given up after {STEPS[done - 1]}", partial(_given_up, done))
