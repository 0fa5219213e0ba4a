"""A browser for the tests of pages."""

from collections.abc import Iterator

import pytest

from tests.support.browser import Browser
from tests.support.browser import browser as opened
from toolchain import debian, npm_modules


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, with axe-core in the cache; skipped where one of them cannot be had."""
    try:
        npm_modules.install("accessibility")
        with opened() as one:
            yield one
    except (debian.UnavailableError, npm_modules.UnavailableError) as error:
        pytest.skip(str(error))
