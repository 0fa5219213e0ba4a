"""One laboratory for each module."""

from collections.abc import Iterator

import pytest

from tests.e2e.argocd.support.laboratory import HEALTHY, Laboratory, until


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The laboratory, with every service of dev deployed."""
    made = Laboratory(tmp_path_factory.mktemp("laboratory"))
    try:
        wanted = dict.fromkeys(made.catalog.versions["dev"], HEALTHY)
        until(lambda: made.states() == wanted, "all services are healthy", 120)
        yield made
    finally:
        made.close()
