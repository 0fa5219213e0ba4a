"""What keeps a file from arriving is no reason to refuse: the program is built then, after one line."""

import re
from pathlib import Path

import pytest

from tests.e2e.support.certificates import Authority
from tests.toolchain.support.made_up_releases import find
from tests.toolchain.support.release_host import FAULTS, Proxy, ReleaseHost
from toolchain import download


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("fault", FAULTS)
def test_host_that_does_not_deliver(
    host: ReleaseHost, fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program is built, one line says why, and the next that asks takes what was built."""
    monkeypatch.setattr(download, "SILENCE", 0.5)
    host.fault = fault
    assert find() == "built"
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert re.fullmatch(rf"it 1\.2\.3: {host.url}/\S+ is out of reach \(.+\); building from source\.", line)
    asked = len(host.asked)
    assert find() == "built"
    assert len(host.asked) == asked


@pytest.mark.usefixtures("data")
def test_host_that_is_gone(host: ReleaseHost, capsys: pytest.CaptureFixture[str]) -> None:
    """A connection that is refused, as without a network."""
    host.close()
    assert find() == "built"
    assert "refused); building from source." in capsys.readouterr().err


@pytest.mark.usefixtures("data")
def test_host_that_nobody_vouches_for(
    tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asked of it; the line says that its certificate is the reason."""
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "other").certificate))
    assert find() == "built"
    assert host.asked == []
    assert "CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().err


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("variable", download.BUNDLES)
def test_authorities_are_those_of_pip(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Its variables count before OpenSSL's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "other").certificate))
    monkeypatch.setenv(variable, str(authority.certificate))
    assert find() == "released"


@pytest.mark.usefixtures("data")
def test_proxy_is_asked(tmp_path: Path, host: ReleaseHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the environment, except for hosts that are to be reached without."""
    proxy = Proxy()
    monkeypatch.setenv("https_proxy", proxy.url)
    assert find() == "released"
    assert proxy.asked == [host.url.removeprefix("https://")]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "second"))
    assert find() == "released"
    assert len(proxy.asked) == 1
    proxy.close()
