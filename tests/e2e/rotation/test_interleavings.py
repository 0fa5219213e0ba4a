"""SEC-02: whatever order of steps, crashes, cuts, retries and operators: the current credential works all the time."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.e2e.rotation.support import matrix
from tests.e2e.rotation.support.gate import Act, Exchange
from tests.e2e.rotation.support.process import Call
from tests.e2e.rotation.support.world import STEPS, Site, World, watched
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.e2e
EXAMPLES = int(os.environ.get("ROTATION_EXAMPLES", "12" if DEEP else "5"))
"""Each costs seconds: a night's run sets more."""


@dataclass(frozen=True)
class Event:
    """A step for the newest, the one before, ... of the tokens, and what happens at its ``at``-th exchange."""

    step: str
    age: int
    at: int
    what: str


@dataclass(frozen=True)
class Both:
    """Two events at once."""

    one: Event
    other: Event


EVENTS = st.builds(
    Event,
    step=st.sampled_from(STEPS),
    age=st.sampled_from([0, 0, 0, 1, 2]),
    at=st.integers(1, 45),
    what=st.sampled_from(["nothing", "nothing", "kill", "lose", "refuse"]),
)
ACTIONS = st.one_of(
    EVENTS, EVENTS, st.builds(Both, EVENTS, EVENTS), st.sampled_from(["begin", "stage", "give up", "rotate"])
)


def _happen(world: World, tokens: list[str], event: Event) -> None:
    """Run one event to its end, or to what cuts it short."""
    token = tokens[-1 - min(event.age, len(tokens) - 1)]
    calls: list[Call] = []

    def plan(exchange: Exchange) -> Act:
        if exchange.number != event.at:
            return Act.PASS
        if event.what == "kill":
            calls[0].kill()
        return {"nothing": Act.PASS, "lose": Act.LOSE}.get(event.what, Act.REFUSE)

    world.gate.reset(plan)
    calls.append(world.ready(event.step, token))
    world.outcomes.append(calls[0].run())


def _do(world: World, tokens: list[str], action: object) -> None:
    if isinstance(action, Event):
        _happen(world, tokens, action)
    elif isinstance(action, Both):
        other = threading.Thread(target=_happen, args=(world, tokens, action.other))
        other.start()
        _happen(world, tokens, action.one)
        other.join()
    elif action == "begin":
        tokens.append(world.begin())
    elif action == "stage":
        tokens.append(world.account.stage(world.arn))
    elif action == "give up":
        world.account.unlabel(world.arn)
    else:
        world.rotate()
    world.gate.reset()
    world.client.check()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One server for all examples."""
    with matrix.site() as made:
        yield made


@deep
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(actions=st.lists(ACTIONS, min_size=3, max_size=14))
def test_no_history_locks_anyone_out(site: Site, actions: list[object]) -> None:
    """After each action the client logs in; in the end the next rotation succeeds and leaves nothing behind."""
    with watched(World(site)) as world:
        tokens = [world.begin()]
        for action in actions:
            _do(world, tokens, action)
            assert world.client.refused == [], action
        assert world.faults() == []
    assert matrix.leaks(site.server, site.account) == []
