"""What AWS keeps of a resource and moto has no place for, kept in the account beside the resource.

The provider writes what it declared and the account does not show; reading lays it over what the account shows. So a
value is there for a refresh, an import and another process, as long as the resource is; a change of it by hand, through
AWS's own API, is not seen.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

import urllib3

from sandbox.aws import convert

PATH = "/sandbox/kept/"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Kept:
    """WSGI middleware that answers requests below ``PATH`` and passes on all others."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._values: dict[str, bytes] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path, method = str(environ["PATH_INFO"]), environ["REQUEST_METHOD"]
        if not path.startswith(PATH):
            return self._app(environ, start)
        if method == "PUT":
            self._values[path] = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        elif method == "DELETE":
            self._values.pop(path, None)
        answer = self._values.get(path, b"{}")
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


class Store:
    """The provider's side: the kept properties of resources in one region."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._base = f"{endpoint}{PATH}{region}/"
        self._pool = urllib3.PoolManager(maxsize=40, retries=False)

    def _url(self, token: str, identifier: str) -> str:
        return f"{self._base}{quote(token, safe='')}/{quote(identifier, safe='')}"

    def read(self, token: str, identifier: str) -> dict[str, Any]:
        """What is kept of a resource; empty where nothing is."""
        kept: dict[str, Any] = json.loads(self._pool.request("GET", self._url(token, identifier)).data)
        return kept

    def write(self, token: str, identifier: str, values: Mapping[str, Any]) -> None:
        """Keep ``values`` and nothing else of a resource."""
        url, body = self._url(token, identifier), json.dumps(values).encode()
        self._pool.request("PUT" if values else "DELETE", url, body=body if values else None)


def completed(observed: Any, declared: Any) -> Any:
    """``observed`` with the members that only ``declared`` has, at any depth; what both have stays as observed."""
    if observed is None:
        return declared
    if isinstance(observed, Mapping) and isinstance(declared, Mapping):
        return {**declared, **{key: completed(value, declared.get(key)) for key, value in observed.items()}}
    if isinstance(observed, list) and isinstance(declared, list) and len(observed) == len(declared):
        rest, made = list(declared), []
        for item in observed:
            index = next((i for i, other in enumerate(rest) if _fits(item, other)), None)
            made.append(item if index is None else completed(item, rest.pop(index)))
        return made
    return observed


def _fits(observed: Any, declared: Any) -> bool:
    if isinstance(observed, Mapping) and isinstance(declared, Mapping):
        return all(_fits(value, declared[key]) for key, value in observed.items() if key in declared)
    if isinstance(observed, list) and isinstance(declared, list):
        return len(observed) == len(declared) and all(any(_fits(a, b) for b in declared) for a in observed)
    return convert.same(observed, declared)
