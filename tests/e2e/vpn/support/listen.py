"""``python listen.py ADDRESS:PORT=NAME...``: every connection to a place is answered with its name."""

import asyncio
import sys


async def main(places: list[str]) -> None:
    """Serve until killed."""
    for place in places:
        where, _, name = place.partition("=")
        address, _, port = where.rpartition(":")

        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str = name) -> None:
            writer.write(f"{name}\n".encode())
            await writer.drain()
            writer.close()

        await asyncio.start_server(greet, address, int(port))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
