"""What plugins and language host have in common: they end with the engine that started them."""

import os
from typing import Final

import grpc

ENGINE: Final = os.getppid()
"""Who started this process, read while it starts: an engine that is killed right after has another process take its
place as the parent."""


def until_orphaned(server: grpc.Server) -> None:
    """Serve until the engine is gone, then leave at once.

    A killed engine cannot tell. An orphan would live on, and a provider change the account behind the next run's back.
    """
    while os.getppid() == ENGINE:
        server.wait_for_termination(timeout=0.1)
    os._exit(1)
