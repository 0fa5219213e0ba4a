"""What stands for GitHub's REST API of issues' comments: it refuses what GitHub refuses.

Source: https://docs.github.com/en/rest/issues/comments and
https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api.
"""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from reports.github.client import BOT, GitHub

REPOSITORY = "nationgraph/platform"
TOKEN = "ghs_of_the_job"
LONGEST = 65_536
_COMMENTS = re.compile(rf"/repos/{REPOSITORY}/issues/(\d+)/comments")
_COMMENT = re.compile(rf"/repos/{REPOSITORY}/issues/comments/(\d+)")


class Refused(Exception):  # noqa: N818 - an answer of the server
    """A status other than success, and the message that explains it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Api:
    """The server: its comments by number of the pull request, and every request that changed one."""

    comments: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: {1: []})
    written: list[tuple[str, str]] = field(default_factory=list)
    pages: int = 0

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def client(self, token: str = TOKEN) -> GitHub:
        """A client of it."""
        return GitHub(repository=REPOSITORY, token=token, address=self.address)

    def says(self, body: str, login: str = BOT, type_: str = "Bot", number: int = 1) -> dict[str, Any]:
        """Somebody comments."""
        identifier = 1 + sum(map(len, self.comments.values()))
        comment = {"id": identifier, "body": body, "user": {"login": login, "type": type_}}
        self.comments[number].append(comment)
        return comment

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any, str]:
        """Status, content and links."""
        self.admitted(headers)
        parts = urlsplit(target)
        listed, one = _COMMENTS.fullmatch(parts.path), _COMMENT.fullmatch(parts.path)
        if method == "GET" and listed:
            return self.page(self._of(listed), parse_qs(parts.query), parts.path)
        if method == "POST" and listed:
            self._of(listed)
            self.written.append(("POST", parts.path))
            return 201, self.says(_body(body), number=int(listed[1])), ""
        if method == "PATCH" and one:
            found = [c for held in self.comments.values() for c in held if c["id"] == int(one[1])]
            if not found:
                raise Refused(404, "Not Found")
            found[0]["body"] = _body(body)
            self.written.append(("PATCH", parts.path))
            return 200, found[0], ""
        raise Refused(404, "Not Found")

    def admitted(self, headers: Mapping[str, str]) -> None:
        """Raise where the request does not say who asks."""
        if not headers.get("User-Agent"):
            raise Refused(403, "Request forbidden by administrative rules.")
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "Bad credentials")

    def _of(self, listed: re.Match[str]) -> list[dict[str, Any]]:
        if int(listed[1]) not in self.comments:
            raise Refused(404, "Not Found")
        return self.comments[int(listed[1])]

    def page(self, held: list[dict[str, Any]], query: dict[str, list[str]], path: str) -> tuple[int, Any, str]:
        """One page of a list, with the links to those beside it."""
        self.pages += 1
        sign = "&" if "?" in path else "?"
        size, page = min(100, int(query.get("per_page", ["30"])[0])), int(query.get("page", ["1"])[0])
        link = (
            f'<{self.address}{path}{sign}per_page={size}&page={page + 1}>; rel="next"'
            if page * size < len(held)
            else ""
        )
        back = f'<{self.address}{path}{sign}per_page={size}&page={page - 1}>; rel="prev"' if page > 1 else ""
        return 200, held[(page - 1) * size : page * size], ", ".join(filter(None, (back, link)))


def _body(content: bytes) -> str:
    """The text of a comment; GitHub refuses one that is empty or too long."""
    given = json.loads(content)
    if set(given) != {"body"} or not isinstance(given["body"], str) or not given["body"].strip():
        raise Refused(422, "Validation Failed: body can't be blank")
    if len(given["body"]) > LONGEST:
        raise Refused(422, f"Validation Failed: body is too long (maximum is {LONGEST} characters)")
    return str(given["body"])


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, content, links = api.answer(self.command, self.path, dict(self.headers), body)
            except Refused as refused:
                status, content, links = refused.status, {"message": refused.message}, ""
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if links:
                self.send_header("Link", links)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _respond  # noqa: N815 - names of the base class

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    return Handler
