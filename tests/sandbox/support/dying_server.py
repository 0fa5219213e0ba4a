"""A server that is killed while it answers: it reads a request, sends the beginning of an answer, and is gone."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LENGTH = b"Content-Length: 400\r\n"


@contextmanager
def dying(sent: bytes) -> Iterator[str]:
    """Its address; the first connection ends after these bytes, and there is no other."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            server.socket.close()
            self.request.recv(1 << 16)
            self.request.sendall(sent)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
ENDS = {
    "nothing": b"",
    "half of a head": HEAD[:20],
    "a head": HEAD + b"\r\n",
    "a head with a length": HEAD + LENGTH + b"\r\n",
    "half of a body": HEAD + b'\r\n<CreateVpcResponse xmlns="x"><vpc>',
    "half of a body with a length": HEAD + LENGTH + b'\r\n<CreateVpcResponse xmlns="x"><vpc>',
    "half of JSON": HEAD + LENGTH + b'\r\n{"ARN": "arn:aws',
}
"""What the client got, by name."""
