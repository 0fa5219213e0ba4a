"""Cases that were met in the field: what people, networks and servers do to a rotation."""

import json
import threading
from collections.abc import Callable, Iterator

from tests.e2e.rotation.support.gate import Act, Exchange
from tests.e2e.rotation.support.matrix import Case
from tests.e2e.rotation.support.telling import expect
from tests.e2e.rotation.support.world import STEPS, Site, World, watched

Story = Callable[[World], list[str]]
STORIES: dict[str, Story] = {}


def story(title: str) -> Callable[[Story], Story]:
    """Enter a case: it gets a world of its own, and what must hold for every case is looked at after it."""

    def enter(function: Story) -> Story:
        STORIES[title] = function
        return function

    return enter


def cases() -> Iterator[Case]:
    """All of them."""

    def told(function: Story) -> Callable[[Site], list[str]]:
        def run(site: Site) -> list[str]:
            with watched(World(site)) as world:
                return [*function(world), *world.faults()]

        return run

    for title, function in STORIES.items():
        yield Case(title, told(function))


@story("nothing goes wrong, three times")
def _plain(world: World) -> list[str]:
    users, versions = [], set()
    for _ in range(3):
        outcome = world.rotate()
        users.append(world.account.value(world.arn)["username"])
        versions.add(world.account.version(world.arn))
    return expect(success=outcome.succeeded, alternating=users[0] == users[2] != users[1], new=len(versions) == 3)


@story("clients that keep the old credential go on until the next rotation")
def _previous(world: World) -> list[str]:
    before = world.account.value(world.arn)
    world.rotate()
    return expect(old_credential_works=world.client.problem(before) == "")


@story("the password in the secret was never set, or was changed by hand")
def _drift(world: World) -> list[str]:
    world.client.paused = True
    world.set_password(world.first, "by-hand-by-hand-by-hand-by-hand")
    outcome = world.rotate(steps=STEPS[:2])
    world.client.paused = False
    return expect(success=outcome.succeeded, current_mended=world.works() == "")


@story("every event comes twice")
def _twice(world: World) -> list[str]:
    token = world.begin()
    ended = [world.step(step, token).succeeded for step in STEPS for _ in range(2)]
    return expect(all_succeed=all(ended), current=world.account.version(world.arn) == token)


@story("every event comes eight times at once")
def _eightfold(world: World) -> list[str]:
    token = world.begin()
    ended: list[bool] = []
    for step in STEPS:
        calls = [world.ready(step, token) for _ in range(8)]
        threads = [threading.Thread(target=lambda call=call: ended.append(call.run().succeeded)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return expect(all_succeed=all(ended) and len(ended) == 32, current=world.account.version(world.arn) == token)


@story("all steps of one rotation at once")
def _at_once(world: World) -> list[str]:
    token = world.begin()
    threads = [threading.Thread(target=world.ready(step, token).run) for step in STEPS * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return []


@story("events of finished and unknown rotations")
def _stale(world: World) -> list[str]:
    old = world.account.version(world.arn)
    world.rotate()
    world.rotate()
    before = world.account.value(world.arn), world.account.stages(world.arn)
    ended = [world.step(step, token) for step in STEPS for token in (old or "", "0" * 36, "", "AWSCURRENT")]
    same = (world.account.value(world.arn), world.account.stages(world.arn)) == before
    return expect(all_fail=not any(outcome.succeeded for outcome in ended), nothing_changed=same)


@story("events of a finished rotation, while it is current")
def _repeated(world: World) -> list[str]:
    token = world.begin()
    world.rotate(token=token)
    ended = [world.step(step, token).succeeded for step in (*STEPS, *reversed(STEPS))]
    return expect(all_succeed=all(ended), current=world.account.version(world.arn) == token)


@story("event of another secret, of no step, of nothing")
def _foreign(world: World) -> list[str]:
    token = world.begin()
    ended = [
        world.step("setSecret", token, SecretId=world.site.rotator),
        world.step("dropSecret", token),
        world.step("setSecret", token, SecretId=None),
    ]
    return expect(all_fail=not any(outcome.succeeded for outcome in ended))


@story("rotation is switched off while events are under way")
def _disabled(world: World) -> list[str]:
    token = world.begin()
    secret = world.account.secret(world.arn)
    secret.rotation_enabled = False
    ended = [world.step(step, token) for step in STEPS]
    secret.rotation_enabled = True
    return expect(all_fail=not any(outcome.succeeded for outcome in ended))


def _poisoned(**changes: object) -> Story:
    def run(world: World) -> list[str]:
        """Somebody put a value into the pending version: it must neither be used nor stand in the way for ever."""
        current = world.account.value(world.arn)
        given = {key: value for key, value in {**current, "username": world.second, **changes}.items() if value}
        token = world.account.stage(world.arn, json.dumps(given))
        ended = [world.step(step, token) for step in STEPS]
        return expect(
            refused=not any(outcome.succeeded for outcome in ended),
            not_promoted=world.account.value(world.arn) == current,
            next_attempt_is_new=world.begin() != token,
        )

    return run


story("AWSPENDING holds the user of another service")(_poisoned(username="rotator_b", password="x" * 40))
story("AWSPENDING holds a superuser")(_poisoned(username="postgres", password="x" * 40))
story("AWSPENDING names another host")(_poisoned(host="elsewhere.example", password="x" * 40))
story("AWSPENDING names another database")(_poisoned(dbname="template1", password="x" * 40))
story("AWSPENDING names another engine")(_poisoned(engine="mysql", password="x" * 40))
story("AWSPENDING has no password")(_poisoned(password=""))
story("AWSPENDING has the current password")(_poisoned())
story("AWSPENDING has a placeholder for a password")(_poisoned(password="<made by the first rotation>"))


@story("AWSPENDING holds the current user")
def _same_user(world: World) -> list[str]:
    return _poisoned(username=world.first, password="x" * 40)(world)


@story("AWSPENDING is not JSON")
def _no_json(world: World) -> list[str]:
    token = world.account.stage(world.arn, "correct horse battery staple")
    ended = [world.step(step, token) for step in STEPS]
    return expect(refused=not any(outcome.succeeded for outcome in ended), next_is_new=world.begin() != token)


@story("AWSPENDING holds another valid user that logs in")
def _valid_user(world: World) -> list[str]:
    other = World(world.site)
    try:
        token = world.account.stage(world.arn, json.dumps(other.account.value(other.arn)))
        ended = [world.step(step, token) for step in STEPS]
        user = world.account.value(world.arn)["username"]
        return expect(
            refused=not any(o.succeeded for o in ended), user_kept=user == world.first, unharmed=not other.works()
        )
    finally:
        other.proxy.close()


@story("AWSCURRENT is moved back by hand in the middle of a rotation")
def _moved_back(world: World) -> list[str]:
    world.rotate()
    token = world.begin()
    for step in STEPS[:3]:
        world.step(step, token)
    stages = world.account.secret(world.arn).versions
    current, previous = world.account.version(world.arn), world.account.version(world.arn, "AWSPREVIOUS")
    problem = world.works(previous)
    if not problem:
        return ["the previous credential should have been overwritten by setSecret"]
    world.client.paused = True  # from here to the repair the credential is wrong by the operator's doing
    stages[current]["version_stages"], stages[previous]["version_stages"] = ["AWSPREVIOUS"], ["AWSCURRENT"]
    world.step("setSecret", token)
    world.rotate(steps=STEPS[:2])
    world.client.paused = False
    return expect(current_mended=world.works() == "")


@story("the network to the database is down, then back")
def _network_down(world: World) -> list[str]:
    world.proxy.down = True
    ended = [world.rotate().succeeded, *(world.step(step, world.begin()).succeeded for step in STEPS[1:])]
    world.proxy.down = False
    return expect(all_fail=not any(ended))


@story("the database does not answer: the step ends by itself before Lambda ends it")
def _silence(world: World) -> list[str]:
    token = world.begin()
    world.step("createSecret", token)
    silent = lambda exchange: Act.HANG if exchange.kind == "database" and exchange.number > 8 else Act.PASS  # noqa: E731
    outcome = world.step("setSecret", token, silent, seconds=6)
    return expect(in_time=not outcome.killed and outcome.seconds < 6, failed=outcome.error is not None)


@story("Lambda ends a step that has no time left")
def _timeout(world: World) -> list[str]:
    token = world.begin()
    world.step("createSecret", token)

    def silent(exchange: Exchange) -> Act:
        return Act.HANG if exchange.kind == "database" else Act.PASS

    ended = [world.step(step, token, silent, seconds=1) for step in STEPS[1:]]
    return expect(none_succeeds=not any(outcome.succeeded for outcome in ended))


@story("Secrets Manager throttles each call once")
def _throttled(world: World) -> list[str]:
    def plan(exchange: Exchange) -> Act:
        return Act.REFUSE if exchange.kind == "api" and exchange.number % 2 else Act.PASS

    return expect(success=world.rotate(plan).succeeded)


@story("Secrets Manager throttles without end")
def _throttled_for_good(world: World) -> list[str]:
    outcome = world.rotate(lambda exchange: Act.REFUSE if exchange.kind == "api" else Act.PASS)
    return expect(says_so=outcome.error is not None and "Throttling" in outcome.error)
