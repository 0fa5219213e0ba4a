"""A few calls to a folder's API server, without a client library: urllib, the folder's own authority and tokens."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from sandbox.kubernetes import identity

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


@dataclass(frozen=True)
class Api:
    """The API server at ``https://127.0.0.1:<port>``, as a user of ``identity.USERS``. No proxy is ever used.

    ``acting`` names a user and a group as whom ``user`` asks, where it may impersonate them.
    """

    folder: Path
    port: int
    user: str = "admin"
    acting: tuple[str, str] | None = None

    @property
    def server(self) -> str:
        """The address."""
        return f"https://127.0.0.1:{self.port}"

    def open(
        self, method: str, path: str, body: object = None, *, kind: str = "application/json", timeout: float = 10
    ) -> HTTPResponse:
        """The answer to one request, to be read by the caller. HTTPError, OSError as of urllib."""
        context = ssl.create_default_context(cafile=str(self.folder / "pki" / "authority.crt"))
        headers = {"Authorization": f"Bearer {identity.token(self.folder, self.user)}", "Content-Type": kind}
        if self.acting:
            headers["Impersonate-User"], headers["Impersonate-Group"] = self.acting
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.server + path, method=method, data=data, headers=headers)  # noqa: S310 - always https
        answer: HTTPResponse = build_opener(ProxyHandler({}), HTTPSHandler(context=context)).open(
            request, timeout=timeout
        )
        return answer

    def call(self, method: str, path: str, body: object = None, *, kind: str = "application/json") -> Any:
        """The JSON that answers a request.

        Raises:
            HTTPError: the API server refused it; its reason is the server's message.
            OSError: it could not be reached.

        """
        try:
            with self.open(method, path, body, kind=kind) as answer:
                return json.load(answer)
        except HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                said = json.loads(text)["message"]
            except (ValueError, KeyError, TypeError):
                said = text[:500]
            raise HTTPError(error.url, error.code, said, error.headers, None) from None

    def apply(self, path: str, body: object) -> Any:
        """Server-side apply of one object, whose fields the sandbox then owns."""
        return self.call("PATCH", f"{path}?fieldManager=sandbox&force=true", body, kind=APPLY)

    def ready(self) -> bool:
        """Whether it is ready to serve."""
        try:
            with self.open("GET", "/readyz", timeout=2) as answer:
                return answer.read(64) == b"ok"
        except (OSError, ValueError):
            return False
