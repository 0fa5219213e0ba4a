"""The first deployment of an account, from nothing to a second engineer's preview of the state in it."""

from collections.abc import Iterator

import pytest

from cli.target import ROOT
from sandbox import workspace
from tests.engine.support.laptop import STACK, Account, Laptop, laptop

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account in which nothing is."""
    place = workspace.open_workspace(ROOT, STACK, tmp_path_factory.mktemp("account"))
    yield Account(place=place)
    workspace.stop_account(place)


@pytest.fixture(scope="module")
def first(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """The machine of an administrator."""
    return laptop(tmp_path_factory.mktemp("first"), account)


def test_it(first: Laptop) -> None:
    print(first.run("bootstrap"))
    assert 0
