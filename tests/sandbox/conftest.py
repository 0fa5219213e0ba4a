"""One emulated account for all tests of this folder; each test leaves it as it found it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.aws.api import Api
from tests.sandbox.support.cloud import ACCOUNT, REGION, Cloud, Emulator


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running account."""
    emulator = Emulator(tmp_path_factory.mktemp("account"))
    yield emulator.start()
    emulator.kill()


@pytest.fixture(scope="session")
def api(endpoint: str) -> Api:
    """Clients for the account."""
    return Api(endpoint, REGION, ACCOUNT)


@pytest.fixture
def cloud(api: Api) -> Iterator[Cloud]:
    """A place to make resources in; they are deleted in reverse order, which must succeed."""
    made = Cloud(api)
    yield made
    made.clear()


@pytest.fixture
def ec2(api: Api) -> Any:
    """A client that changes things by hand."""
    return api.client("ec2")
