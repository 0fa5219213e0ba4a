"""Chromium and its driver are those of PATH where both are there, else Debian's."""

import os
from pathlib import Path

import pytest

from tests.toolchain.test_engine import script
from toolchain import chromium, debian


def test_of_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser with its driver; one of them alone is not enough, for the other would be of another version."""
    browser, driver = script(tmp_path / "google-chrome", "exit 0"), script(tmp_path / "chromedriver", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "unpacked", lambda *names: tmp_path / "+".join(names))
    had = chromium.chromium()
    assert (had.program, had.driver) == (browser, driver)
    driver.unlink()
    assert chromium.chromium().program.is_relative_to(tmp_path / "chromium+chromium-driver")


def test_of_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked, with its libraries, the sound server's in a folder of their own among them."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "unpacked", lambda *_: tmp_path)
    sound = tmp_path / "usr" / "lib" / "x86_64-linux-gnu" / "pulseaudio"
    sound.mkdir(parents=True)
    (sound.parent / "libpulse.so.0").touch()
    paths = chromium.chromium().environment["LD_LIBRARY_PATH"].split(os.pathsep)
    assert paths[:1] + paths[-1:] == [str(sound.parent), str(sound)]
