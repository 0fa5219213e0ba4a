"""Ports for servers that are told where to listen and begin to listen later."""

import random
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Final

RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST: Final = 10_000
EPHEMERAL: Final = 32_768
"""The first port that Linux gives away by itself, unless its settings say otherwise (ip(7))."""
TRIES: Final = 200


def _first_ephemeral() -> int:
    try:
        first = int(RANGE.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return EPHEMERAL
    return first if first > LOWEST + TRIES else EPHEMERAL


def free(taken: Collection[int] = ()) -> int:
    """A port of 127.0.0.1 that nobody listens on, none of ``taken``, and none that the system gives away by itself.

    Whoever asks for any port, or connects to somewhere, gets one of the system's own range. A port of that range
    may be gone before the server that it was chosen for listens, and clients would talk to somebody else.

    Raises:
        RuntimeError: all that were tried are in use.

    """
    for _ in range(TRIES):
        number = random.SystemRandom().randrange(LOWEST, _first_ephemeral())
        if number not in taken and is_free(number):
            return number
    raise RuntimeError("no free port on 127.0.0.1")


def is_free(number: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
