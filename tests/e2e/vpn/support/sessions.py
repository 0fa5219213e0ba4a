"""``python sessions.py OPTIONS``: one PostgreSQL session kept in use, and fresh logins beside it, until killed.

OPTIONS is a file with psycopg's connection options as JSON. Every outcome is a line of JSON on standard output:
``kind`` is ``kept`` or ``fresh``, ``at`` the wall clock at its end, ``ok`` whether the server answered, ``server``
its reply.
"""

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

QUESTION = b"SELECT current_user || ' from ' || host(inet_client_addr()) || ' to ' || host(inet_server_addr())"
EVERY, PATIENCE = 0.25, 2.0
"""Seconds between questions, and until one counts as unanswered."""


def say(kind: str, *, ok: bool, server: str = "") -> None:
    """Print an outcome."""
    print(json.dumps({"kind": kind, "at": time.time(), "ok": ok, "server": server}), flush=True)


async def question(connection: psycopg.AsyncConnection[Any]) -> str:
    """What the server says of who asks."""
    row = await (await connection.execute(QUESTION)).fetchone()
    return str(row[0]) if row else ""


async def fresh(options: dict[str, Any]) -> None:
    """One login and one question."""
    try:
        async with asyncio.timeout(PATIENCE):
            connection = await psycopg.AsyncConnection.connect(**options)
            try:
                say("fresh", ok=True, server=await question(connection))
            finally:
                await connection.close()
    except (TimeoutError, OSError, psycopg.Error) as error:
        say("fresh", ok=False, server=type(error).__name__)


async def kept(options: dict[str, Any]) -> None:
    """Question after question in one session, up to the first without an answer in ten times the patience."""
    connection = await psycopg.AsyncConnection.connect(**options)
    while True:
        try:
            async with asyncio.timeout(10 * PATIENCE):
                say("kept", ok=True, server=await question(connection))
        except (TimeoutError, psycopg.Error) as error:
            return say("kept", ok=False, server=type(error).__name__)
        await asyncio.sleep(EVERY)


async def main(options: dict[str, Any]) -> None:
    """A login every quarter of a second, none waiting for another."""
    waiting = {asyncio.create_task(kept(options))}
    while True:
        task = asyncio.create_task(fresh(options))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        await asyncio.sleep(EVERY)


if __name__ == "__main__":
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # standard output and error are one file
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
