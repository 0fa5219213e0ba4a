"""What a browser does for somebody who signs in: cookies, redirects, TLS; it reaches the hosts that it is told of."""

import http.client
import json
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.cookiejar import Cookie, CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True, kw_only=True)
class Host:
    """Where a host is: a port of 127.0.0.1, whose certificate ``tls`` trusts for ``name``.

    ``proxy`` says that the host is reached through a proxy at that port, which sees the host's own name.
    """

    port: int
    tls: ssl.SSLContext
    name: str
    proxy: bool = False


class Connection(http.client.HTTPSConnection):
    """A connection to one of the hosts."""

    def __init__(self, hosts: Mapping[str, Host], host: str, **options: Any) -> None:
        found = hosts[host]
        super().__init__(host, context=found.tls, timeout=options.get("timeout", 30))
        self._found = found
        if found.proxy:
            self.set_tunnel(host, 443)

    def connect(self) -> None:
        """By the proxy, or to the host itself."""
        self.sock = socket.create_connection(("127.0.0.1", self._found.port), self.timeout)
        if self._found.proxy:
            self._tunnel()  # type: ignore[attr-defined]
        self.sock = self._found.tls.wrap_socket(self.sock, server_hostname=self._found.name)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, hosts: Mapping[str, Host]) -> None:
        super().__init__()
        self._hosts = hosts

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(Connection, self._hosts), req)  # type: ignore[arg-type]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Page:
    """What a browser got."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    @property
    def data(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return json.loads(self.body)


class Browser:
    """One with no cookies. Other hosts than ``hosts`` end in a KeyError."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.cookies = CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.cookies)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Secure(hosts), _Stay(), cookies)

    def step(self, url: str, form: str | None = None) -> Page:
        """One request, which sends ``form`` where there is one; a redirect is not followed."""
        try:
            with self._opener.open(url, form.encode() if form else None, timeout=30) as answer:
                return Page(url, answer.status, dict(answer.headers), answer.read())
        except HTTPError as error:
            with error:
                return Page(url, error.code, dict(error.headers), error.read())

    def visit(self, url: str, *, until: str = "") -> list[Page]:
        """Every page on the way, redirects followed, up to one that leads to an address that begins so."""
        pages = [self.step(url)]
        while (where := pages[-1].headers.get("Location")) and len(pages) < 10:
            if until and where.startswith(until):
                break
            pages.append(self.step(urljoin(pages[-1].url, where)))
        return pages

    def put(self, url: str, name: str, value: str) -> None:
        """A cookie of a host, as if it had set it."""
        host = str(urlsplit(url).hostname)
        made = Cookie(0, name, value, None, False, host, False, False, "/", True, True, None, True, None, None, {})
        self.cookies.set_cookie(made)

    def cookie(self, name: str) -> Cookie | None:
        """The cookie of that name."""
        return next((one for one in self.cookies if one.name == name), None)
