"""The cases of the matrix: each does something to a rotation, and leaves the world to ``settle``."""

import threading

from tests.lambdas.rotate_api_token.support.process import Outcome
from tests.lambdas.rotate_api_token.support.world import EFFECTS, HOLD, PASS, STEPS, Plan, World


def settle(at: World) -> None:
    """The next rotation succeeds; then nobody is left but who may be, and nothing has been told."""
    at.plan = lambda *_: PASS
    errors = [outcome.error for outcome in at.steps(at.rotate())]
    assert errors == [None] * 4, errors
    assert at.living() == at.expected()
    assert at.issuers.alive(at.value())
    at.old(25)
    assert at.call("sweepSecret", "").done
    assert at.living() == at.expected() - {at.value("AWSPREVIOUS").get("id")}
    assert [secret for secret in at.issuers.secrets if secret in at.outputs] == []


def effect(number: int, act: str) -> Plan:
    """Do this with the n-th exchange that changes something."""
    counted = [0]

    def plan(_: int, name: str) -> str:
        counted[0] += name.startswith(EFFECTS)
        return act if name.startswith(EFFECTS) and counted[0] == number else PASS

    return plan


def duplicates(at: World) -> None:
    """Each event arrives three times, and all of them once more at the end."""
    version = at.rotate()
    for step in [step for step in STEPS for _ in range(3)] + [*STEPS]:
        assert at.call(step, version).done, step


def reordered(at: World) -> None:
    """The last step first, then backwards, then as it should be."""
    version = at.rotate()
    for step in ("finishSecret", "setSecret"):
        assert "createSecret comes first" in str(at.call(step, version).error)
    assert at.call("testSecret", version).done, "a version without a value is how AWS tests the function"
    assert at.call("createSecret", version).done
    assert at.call("finishSecret", version).done
    assert all(at.call(step, version).done for step in STEPS)


def held(at: World, version: str, outcomes: list[Outcome]) -> threading.Thread:
    """A createSecret that has made its token and waits for the answer."""
    at.plan = effect(1, HOLD)
    thread = threading.Thread(target=lambda: outcomes.append(at.call("createSecret", version)))
    thread.start()
    while not any(name.startswith(EFFECTS) for name in at.seen):
        thread.join(0.01)
    return thread


def two_at_once(at: World) -> None:
    """Two functions create for the same version; the answer to the first one's creation waits for the second one."""
    version, outcomes = at.rotate(), list[Outcome]()
    first = held(at, version, outcomes)
    outcomes.append(at.call("createSecret", version, lane=1))
    at.released.set()
    first.join()
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert at.value("AWSPENDING")["id"] in at.living()
    assert at.living() == at.expected() | {at.value("AWSPENDING")["id"]}


def swept_while_creating(at: World) -> None:
    """The daily sweep comes between making a token and storing it, and leaves it alone."""
    version, outcomes = at.rotate(), list[Outcome]()
    first = held(at, version, outcomes)
    assert at.call("sweepSecret", "", lane=1).done
    at.released.set()
    first.join()
    assert at.issuers.alive(at.value("AWSPENDING"))


def given_up_while_creating(at: World) -> None:
    """A rotation is given up and another runs, while the first function still waits for its token."""
    version, outcomes = at.rotate(), list[Outcome]()
    first = held(at, version, outcomes)
    at.abandon()
    second = at.rotate()
    assert all(at.call(step, second, lane=1).done for step in STEPS)
    at.released.set()
    first.join()
    late = at.version("AWSPENDING")
    if late is not None and late != at.version("AWSCURRENT"):  # it stored a token that has been revoked meanwhile
        assert not at.steps(late)[-1].done


def pending_revoked(at: World) -> None:
    """Somebody revokes the new token between test and finish: it does not become current."""
    version = at.rotate()
    assert all(at.call(step, version).done for step in STEPS[:3])
    before = at.value()
    at.issuers.keys[at.value("AWSPENDING")["id"]].alive = False
    assert "does not work" in str(at.call("finishSecret", version).error)
    assert at.value() == before
    assert at.version("AWSPENDING") is None


def current_revoked(at: World) -> None:
    """Somebody revokes the token in use: the consumers are down, and the next rotation heals."""
    at.issuers.keys[at.value()["id"]].alive = False
    assert all(outcome.done for outcome in at.steps(at.rotate()))
    at.dead.clear()


def both_revoked(at: World) -> None:
    """In the middle of a rotation everything is revoked."""
    version = at.rotate()
    assert at.call("createSecret", version).done
    for key in at.issuers.keys.values():
        key.alive = key.id == at.manager
    at.steps(version)
    assert all(outcome.done for outcome in at.steps(at.rotate()))
    at.dead.clear()


def busy(at: World) -> None:
    """The issuer is overloaded for a moment: what can be repeated is, a creation is left to the next attempt."""
    version = at.rotate()
    at.issuers.busy = [429, 503]
    at.call("createSecret", version)
    at.issuers.busy = [500] * 3
    at.steps(version)
    at.issuers.busy = []


def down(at: World) -> None:
    """The issuer does not answer: the step says so, in time, and the current token stays."""
    held, version = at.settings["ISSUER_URLS"], at.rotate()
    at.settings["ISSUER_URLS"] = (
        held.replace("127.0.0.1:", "127.0.0.1:1")[: len(held)]
        if False
        else ('{"tailscale": "http://127.0.0.1:9/api/v2", "pagerduty": "http://127.0.0.1:9"}')
    )
    assert "no answer" in str(at.call("createSecret", version).error)
    at.settings["ISSUER_URLS"] = held


def out_of_time(at: World) -> None:
    """Lambda gives too little time: the step ends by itself and says where."""
    version = at.rotate()
    assert "no time left" in str(at.call("createSecret", version, seconds=3.0).error)


def refused_manager(at: World) -> None:
    """The managing credential is wrong: the error says so, and is no reason to give the rotation up."""
    held, version = at.settings["ISSUER_SECRET_ARN"], at.rotate()
    at.settings["ISSUER_SECRET_ARN"] = at.record.arn
    assert not at.call("createSecret", version).done
    at.settings["ISSUER_SECRET_ARN"] = held


def strangers(at: World) -> None:
    """Tokens of people and of other secrets stay."""
    made = at.issuers.keys[at.value()["id"]].made
    others = {at.issuers.make(at.kind, label, **made).id for label in ("by hand", "rot 01234567 other", "rotten")}
    for _ in range(2):
        assert all(outcome.done for outcome in at.steps(at.rotate()))
    assert others <= at.living()
    for name in others:
        at.issuers.keys[name].alive = False


def quick(at: World) -> None:
    """Three rotations within one grace: only the latest two tokens live."""
    for _ in range(3):
        assert all(outcome.done for outcome in at.steps(at.rotate()))
        assert at.living() == at.expected()


def rolled_back(at: World) -> None:
    """An operator makes the previous token current again: it is not the one that is swept."""
    assert all(outcome.done for outcome in at.steps(at.rotate()))
    previous, current = at.version("AWSPREVIOUS"), at.version("AWSCURRENT")
    at.record.versions[previous]["version_stages"] = ["AWSCURRENT"]
    at.record.versions[current]["version_stages"] = ["AWSPREVIOUS"]
    at.old(25)
    assert at.call("sweepSecret", "").done
    assert at.issuers.alive(at.value())


def abandoned_tokens(at: World) -> None:
    """Rotations that are given up after creating: their tokens go with the next one."""
    for _ in range(3):
        assert at.call("createSecret", at.rotate()).done
        at.abandon()


def late_creation(at: World) -> None:
    """A second function makes a token for the version after the first has swept, and dies: finishSecret finds it."""
    version = at.rotate()
    assert at.call("createSecret", version).done
    made = at.issuers.keys[at.value("AWSPENDING")["id"]]
    late = at.issuers.make(at.kind, made.label, **made.made)
    assert all(at.call(step, version).done for step in STEPS[1:])
    assert not late.alive
    assert at.living() == at.expected()


def within_grace(at: World) -> None:
    """The daily sweep leaves the previous token alone for as long as consumers may hold it."""
    assert all(outcome.done for outcome in at.steps(at.rotate()))
    at.old(23)
    assert at.call("sweepSecret", "").done
    assert at.living() == at.expected()
