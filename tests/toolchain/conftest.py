"""A host of releases, and a machine that has none of them yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support.certificates import Authority
from tests.toolchain.support.made_up_releases import RELEASED, archive, enter
from tests.toolchain.support.release_host import ReleaseHost
from toolchain import download, releases

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", *download.BUNDLES)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that is trusted, on a machine with an empty cache, an empty PATH and no proxy."""
    for name in (*PROXIES, *map(str.upper, PROXIES), *TRUST, releases.FROM_SOURCE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


@pytest.fixture
def host(authority: Authority) -> Iterator[ReleaseHost]:
    """A host with one archive, that of ``it`` 1.2.3."""
    opened = ReleaseHost(authority, {"/it-v1.2.3.tar.gz": archive(("it/README.md", b"#"), ("it/it", RELEASED))})
    yield opened
    opened.close()


@pytest.fixture
def data(tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The entry of ``it``."""
    path = enter(tmp_path, host)
    monkeypatch.setattr(releases, "DATA", path)
    return path
