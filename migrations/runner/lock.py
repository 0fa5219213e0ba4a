"""One runner at a time for a database: an advisory lock of the session that also does the work.

Who loses the connection loses lock and transaction together, so that nobody who has lost the lock can still write.
"""

import time
from collections.abc import Callable

from sqlalchemy import Connection, text

from migrations.runner.errors import BusyError

EVERY = 0.5
"""Seconds between two tries. A session that waits inside the server would hold a snapshot for which the lock's holder,
in CREATE INDEX CONCURRENTLY, waits in turn."""
TRY = text("SELECT pg_try_advisory_lock(hashtextextended('nationgraph:migrations', 0))")
HOLDER = text(
    """
    SELECT activity.pid, coalesce(activity.usename::text, 'somebody'), coalesce(activity.application_name, '')
      FROM pg_locks lock JOIN pg_stat_activity activity USING (pid)
     WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1
       AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (lock.classid::bigint << 32) | lock.objid::bigint = hashtextextended('nationgraph:migrations', 0)
    """
)


def acquire(connection: Connection, wait: float, say: Callable[[str], None]) -> None:
    """Take the lock, which the session keeps to its end.

    Raises:
        BusyError: another session has had it for ``wait`` seconds; the message names it.

    """
    deadline, told = time.monotonic() + wait, False
    while True:
        with connection.begin():
            if connection.execute(TRY).scalar():
                return
            holder = connection.execute(HOLDER).first()
        name = (
            f"{holder[1]} ({holder[2]!r}, process {holder[0]} of the server)" if holder else "a session that has ended"
        )
        if time.monotonic() >= deadline:
            raise BusyError(
                f"the lock of the migrations was held for {wait:g} s by {name}; run it again once that ends"
            )
        if not told:
            say(f"waiting for the lock, which {name} holds")
            told = True
        time.sleep(min(EVERY, max(0.0, deadline - time.monotonic())))
