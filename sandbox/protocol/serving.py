"""How plugins and language host live: they serve the engine that started them, and end with it."""

import os
import signal
import sys
from collections.abc import Callable
from concurrent import futures
from typing import Final

import grpc

MAX_MESSAGE_BYTES: Final = 400 << 20
"""As large as the engine's own limit: a stack's whole state can pass in one message."""
ENGINE: Final = os.getppid()
"""Who started this process, read while it starts: an engine that is killed right after has another process take its
place as the parent."""


def serve(register: Callable[[grpc.Server], None], *, workers: int) -> None:
    """Serve on a free port, print it, and leave at once on SIGINT: the engine waits 5 s for those who do not.

    A killed engine cannot tell. An orphan would live on, and a provider change the account behind the next run's back.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    options = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=workers), options=options)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while os.getppid() == ENGINE:
        server.wait_for_termination(timeout=0.1)
    os._exit(1)
