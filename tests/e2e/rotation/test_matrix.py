"""SEC-02: the rotation function survives every fault of the matrix, and the matrix finds faults where they are."""

from collections import Counter
from collections.abc import Collection

import pytest

from tests.e2e.rotation.support import cases, generated, matrix, servers, surroundings
from tests.support.depth import DEEP, deep, in_sample

pytestmark = pytest.mark.e2e
NAIVE = "tests.e2e.rotation.support.naive:handler"


def _sampled(title: str, counted: Collection[str]) -> bool:
    """One case in four that was thought up, or is around a side effect, and a share of what is counted out."""
    return in_sample(title, 16 if title in counted and "side effect" not in title else 4)


@deep
@pytest.mark.timeout(1800)
def test_every_fault_is_survived() -> None:
    """In each case no client is refused, the next rotation succeeds, and no password is in the log or said aloud."""
    with matrix.site() as site:
        course = generated.course(site)
        operations = Counter(course.exchanges[number - 1].operation or "database" for number in course.effects)
        counted = {case.title: case for case in generated.cases(course, everything=DEEP)}
        everything = [*servers.cases(), *surroundings.cases(), *cases.cases(), *counted.values()]
        results = matrix.run(site, [case for case in everything if _sampled(case.title, counted)])
    shown = matrix.table(results)
    print(shown)
    assert [result.title for result in results if result.faults] == [], shown
    assert len(results) >= (40 if DEEP else 20)
    assert operations == {"PutSecretValue": 1, "database": 1, "UpdateSecretVersionStage": 2}


def test_the_matrix_bites() -> None:
    """A rotation with one user fails for the reasons that are known of it: lock-out, log, label, foreign value."""
    wanted = {
        "given up after setSecret": "client refused",  # pragma: allowlist secret
        "AWSPENDING holds another valid user that logs in": "expected: refused",
        "grants are lost": "expected: fails",
        "every event comes twice": "expected: all succeed",
        "server log under log_statement=ddl": "hold a password",
    }
    with matrix.site(NAIVE) as site:
        course = generated.course(site)
        everything = [
            *servers.cases(),
            *surroundings.cases(),
            *cases.cases(),
            *generated.cases(course, everything=False),
        ]
        results = matrix.run(site, [case for case in everything if case.title in wanted])
    found = {result.title: " ".join(result.faults) for result in results}
    assert {title for title, text in wanted.items() if text not in found[title]} == set(), found
