"""Ports that are chosen for servers which begin to listen later."""

import socket
from pathlib import Path

import pytest

from sandbox import ports


def test_a_port_is_none_that_the_system_gives_away() -> None:
    """Nobody who asks for any port, or connects to somewhere, can get it before its server listens."""
    chosen = {ports.free() for _ in range(50)}
    given = int(ports.RANGE.read_text().split()[0]) if ports.RANGE.exists() else ports.EPHEMERAL
    assert all(ports.LOWEST <= number < given for number in chosen)
    assert len(chosen) > 40, "two that choose at once seldom choose the same"


def test_a_port_is_free_and_none_of_those_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody listens on one, another one is taken: what is left is chosen; where nothing is left, a sentence."""
    first = ports.free()
    monkeypatch.setattr(ports, "LOWEST", first)
    monkeypatch.setattr(ports, "_first_ephemeral", lambda: first + 3)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", first))
        listening.listen()
        if not all(map(ports.is_free, (first + 1, first + 2))):
            pytest.skip("a neighbour of the port is in use")
        assert not ports.is_free(first)
        assert ports.free({first + 1}) == first + 2
        with pytest.raises(RuntimeError, match="no free port"):
            ports.free({first + 1, first + 2})


@pytest.mark.parametrize("text", ["", "words here", "11 60999", None])
def test_a_system_that_says_nothing_sensible_has_its_usual_range(
    text: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another system, or one whose range begins where nothing would be left, is taken for Linux as it comes."""
    if text is not None:
        (tmp_path / "range").write_text(text)
    monkeypatch.setattr(ports, "RANGE", tmp_path / "range")
    assert ports.LOWEST <= ports.free() < ports.EPHEMERAL
