"""The network between a function and its database: passes bytes on, counts exchanges, cuts, hangs, or is down."""

import selectors
import socket
import threading
from contextlib import suppress

from tests.e2e.rotation.support.gate import Act, Gate

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
GOODBYE = 5 + 5 + 1 + 16
"""Bytes of PostgreSQL's Terminate, which is five, in a record of TLS 1.3: its header, type and tag around them."""


def _readable(*sockets: socket.socket) -> set[socket.socket]:
    """Those on which something has arrived; none after a minute. ``select`` itself takes no file above number 1,023."""
    with selectors.DefaultSelector() as selector:
        for each in sockets:
            selector.register(each, selectors.EVENT_READ)
        return {key.fileobj for key, _ in selector.select(60) if isinstance(key.fileobj, socket.socket)}


class Proxy:
    """Listens on ``port`` and connects each client to the target. It cannot read what is encrypted.

    The first bytes after an answer are the next exchange.

    ``down`` refuses connections; ``plain`` answers that the server has no TLS, as an attacker would.
    """

    def __init__(self, gate: Gate, target: tuple[str, int]) -> None:
        self.gate, self.target = gate, target
        self.down = self.plain = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.leaked = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening; connections end with their clients."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.down:
                return
            if self.plain:
                self._refuse_tls(client)
                return
            with socket.create_connection(self.target, timeout=10) as server:
                self._pass(client, server)

    def _refuse_tls(self, client: socket.socket) -> None:
        client.settimeout(5)
        if client.recv(8) == SSL_REQUEST:
            client.sendall(b"N")
        self.leaked += client.recv(4096)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        answered, lose = True, False
        while True:
            ready = _readable(client, server)
            if not ready:
                return
            if server in ready:
                data = server.recv(65536)
                if not data or lose:
                    return
                client.sendall(data)
                answered = True
                continue
            data = client.recv(65536)
            if not data:
                return
            if answered and len(data) != GOODBYE:  # a goodbye is waited for by nobody: it would be counted at random
                act = self.gate.decide("database")
                if act is Act.REFUSE:
                    return
                if act is Act.HANG:
                    _readable(client)
                    threading.Event().wait(30)
                    return
                lose = act is Act.LOSE
            answered = False
            server.sendall(data)
