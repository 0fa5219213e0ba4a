"""What runs leave on the user's disk."""

from pathlib import Path

import pytest

from tests.engine.conftest import Platform
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.engine


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(not DEEP, reason="twenty previews: make prove tries it")
@deep
@pytest.mark.timeout(3600)
def test_what_previews_leave_is_bounded(platform: Platform) -> None:
    """Logs and histories of twenty previews take no more room than those of ten, but for one log."""
    assert platform.run("up").code == 0
    sizes = []
    for _ in range(20):
        assert platform.run("preview").code == 0
        sizes.append(_size(platform.folder))
    print(f"the sandbox after 10 and 20 previews: {sizes[9] >> 10} and {sizes[19] >> 10} KiB, 20 of 20 previews")
    assert sizes[19] < sizes[9] + (2 << 20)
