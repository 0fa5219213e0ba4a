"""One HTTP exchange: bounded in time and size, never redirected, and silent about what it carries."""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError

SECONDS = 10.0
"""Of one exchange."""
LARGEST = 4_000_000
"""Bytes of an answer."""
BUSY = (429, 500, 502, 503, 504)
PAUSES = (0.5, 1.0, 2.0)
"""Seconds between attempts of a call that may be repeated, where the other side does not say."""


class StatusError(Exception):
    """The other side refused, or could not; the answer's body is not kept, as it may hold a token."""

    def __init__(self, status: int, what: str, to: str = "issuer") -> None:
        super().__init__(f"{what}: HTTP {status}")
        self.status, self.what, self.to = status, what, to

    def unexpected(self) -> NoReturn:
        """Raise it as a failure of the step."""
        raise RotationError(self.to, f"{self}; the step is retried, see the {self.to}'s status page") from None


class _Stay(HTTPRedirectHandler):
    """A redirect would carry the credential to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Leave it as the answer that it is."""


def _opener(trust: ssl.SSLContext | None) -> OpenerDirector:
    return build_opener(_Stay(), ProxyHandler({}), *([HTTPSHandler(context=trust)] if trust else []))


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request: with ``body`` as JSON, which may have a ``media`` type of its own, ``form`` as a form, or neither.

    ``to`` is what errors call the other side. ``again`` says that doing it twice is doing it once, whatever it carries.
    ``trust`` are other authorities than those that everybody trusts.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    media: str = "application/json"
    to: str = "issuer"
    again: bool = False
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    def encoded(self) -> Request:
        """As urllib sends it."""
        data, kind = None, {}
        if self.body is not None:
            data, kind = json.dumps(self.body).encode(), {"Content-Type": self.media}
        if self.form is not None:
            data, kind = urlencode(self.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        return Request(self.url, data, {**self.headers, **kind}, method=self.method)  # noqa: S310 - callers check it

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is doing it once: a form is a sign-in, a body makes something."""
        return self.again or self.body is None


def call(budget: Budget, what: str, ask: Ask) -> Any:
    """The answer's JSON, None where it has no body. What is repeatable is repeated while the other side is busy.

    Raises StatusError for a status of 300 and above, RotationError where there is no answer.
    """
    pauses = list(PAUSES if ask.repeatable else ())
    while True:
        try:
            with _opener(ask.trust).open(ask.encoded(), timeout=budget.left(what, SECONDS)) as answer:
                return _parsed(answer.read(LARGEST + 1), what, ask.to)
        except HTTPError as error:
            with error:
                if error.code not in BUSY or not pauses:
                    raise StatusError(error.code, what, ask.to) from None
                wait = _wait(error, pauses.pop(0))
        except (OSError, HTTPException) as error:
            if not pauses:
                reason = type(getattr(error, "reason", error)).__name__
                raise RotationError(ask.to, f"{what}: no answer ({reason}); the step is retried") from None
            wait = pauses.pop(0)
        if wait >= budget.left(what):
            raise RotationError("time", f"no time left for {what}: the {ask.to} asks to wait {wait:.0f} s")
        time.sleep(wait)


def _wait(error: HTTPError, default: float) -> float:
    told = error.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else default


def _parsed(text: bytes, what: str, to: str) -> Any:
    if len(text) > LARGEST:
        raise RotationError(to, f"{what}: the answer is larger than {LARGEST} bytes")
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise RotationError(to, f"{what}: the answer is not JSON") from None
