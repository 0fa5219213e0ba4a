"""The way between a runner and its server: counts requests, and cuts before or after one of them."""

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

READY = b"Z"
NOT_TYPED = "the first packet of a connection has no type"


class Wire:
    """A unix socket in ``folder`` that passes bytes on to the one of the server.

    The requests of a session are counted from 1, its start-up left out. At request ``cut_at`` ``act`` is called and
    the connection closed: before the server sees it, or with ``after`` once it is done and the client has not heard.
    """

    def __init__(
        self,
        folder: Path,
        target: Path,
        port: int,
        *,
        cut_at: int = 0,
        after: bool = False,
        act: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder, self.requests = folder, 0
        self.cut_at, self.after, self.act = cut_at, after, act
        self.asked: list[bytes] = []
        self._target = str(target / f".s.PGSQL.{port}")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / f".s.PGSQL.{port}"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening; connections end with their clients."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for path in self.folder.glob(".s.PGSQL.*"):
            path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self._target)
            self._pass(client, server)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:  # noqa: C901 - one loop, two ways
        """The start-up ends with the server's first ReadyForQuery; from then on what follows an answer is a request."""
        started = answered = lose = False
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            selector.register(server, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select(60)]
                if not ready:
                    return
                if server in ready:
                    data = server.recv(65536)
                    idle = data[-6:-5] == READY
                    if not data:
                        return
                    if lose and idle:
                        self.act()
                        return
                    started, answered = started or idle, answered or idle
                    if not lose:
                        client.sendall(data)
                if client in ready:
                    data = client.recv(65536)
                    if not data:
                        return
                    if started and answered:
                        answered = False
                        self.requests += 1
                        self.asked.append(data)
                        if self.requests == self.cut_at:
                            lose = self.after
                            if not self.after:
                                self.act()
                                return
                    server.sendall(data)
