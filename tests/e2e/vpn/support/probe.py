"""``python probe.py SECONDS ADDRESS:PORT...``: connect to all at once; one line of JSON says how each attempt ended.

``answer`` is what the other side said, ``why`` how the attempt failed: ``no route`` where this machine knows no way,
``silence`` where nothing came back in time, which is what a filter makes of a connection.
"""

import asyncio
import errno
import json
import sys
import time

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""PostgreSQL's question before TLS: it answers S or N. Other listeners here speak without being asked."""
WHY = {errno.ENETUNREACH: "no route", errno.EHOSTUNREACH: "no route", errno.ECONNREFUSED: "refused"}


async def ask(place: str, seconds: float) -> dict[str, object]:
    """One attempt."""
    started = time.monotonic()
    answer, why = None, None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(*place.rsplit(":", 1))
            writer.write(SSL_REQUEST)
            answer = (await reader.read(64)).decode().strip() or "closed"
            writer.close()
    except TimeoutError:
        why = "silence"
    except OSError as error:
        why = WHY.get(error.errno or 0, str(error))
    return {"answer": answer, "why": why, "seconds": round(time.monotonic() - started, 3)}


async def main(seconds: float, places: list[str]) -> None:
    """All attempts."""
    print(json.dumps(await asyncio.gather(*(ask(place, seconds) for place in places))))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2:]))
