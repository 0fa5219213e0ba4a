"""IAM Access Analyzer's analyzers, which moto lacks: one of each type per region, names unique, as in AWS."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from sandbox.aws import own_account

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
TYPES = ("ACCOUNT", "ORGANIZATION", "ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS")
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class AccessAnalyzer:
    """WSGI middleware that answers the service's requests and passes on all others."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._analyzers: dict[tuple[str, str], dict[str, Any]] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/access-analyzer/", environ.get("HTTP_AUTHORIZATION", ""))
        if not scope:
            return self._app(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        given = json.loads(body) if body else {}
        status, answer = self._answer(scope.group(1), environ, given)
        start(status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", str(answer.get("__type", "")))])
        return [json.dumps(answer).encode()]

    def _answer(self, region: str, environ: dict[str, Any], given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        method, path = environ["REQUEST_METHOD"], unquote(environ["PATH_INFO"])
        name = path.removeprefix("/analyzer/") if path.startswith("/analyzer/") else ""
        if path.startswith("/tags/"):
            return self._tag(region, method, path.rpartition("/")[2], given, environ.get("QUERY_STRING", ""))
        if method == "PUT":
            return self._create(region, given)
        if method == "GET" and not name:
            return "200 OK", {"analyzers": [a for (r, _), a in self._analyzers.items() if r == region]}
        found = self._analyzers.get((region, name))
        if found is None:
            return "404 Not Found", {"__type": "ResourceNotFoundException", "message": f"analyzer {name} not found"}
        if method == "DELETE":
            del self._analyzers[region, name]
            return "200 OK", {}
        return "200 OK", {"analyzer": found}

    def _create(self, region: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        name, kind = given.get("analyzerName", ""), given.get("type", "")
        if not NAME.fullmatch(name) or kind not in TYPES:
            problem = f"analyzerName {name!r} or type {kind!r} is not valid"
            return "400 Bad Request", {"__type": "ValidationException", "message": problem}
        taken = [a for (r, n), a in self._analyzers.items() if r == region and (n == name or a["type"] == kind)]
        if taken:
            problem = f"analyzer {taken[0]['name']} of type {taken[0]['type']} exists"
            return "409 Conflict", {"__type": "ConflictException", "message": problem}
        arn = f"arn:aws:access-analyzer:{region}:{own_account.number()}:analyzer/{name}"
        made = {"arn": arn, "name": name, "type": kind, "status": "ACTIVE", "tags": given.get("tags", {})}
        made |= {"configuration": given["configuration"]} if given.get("configuration") else {}
        self._analyzers[region, name] = {**made, "createdAt": dt.datetime.now(dt.UTC).isoformat()}
        return "200 OK", {"arn": arn}

    def _tag(
        self, region: str, method: str, name: str, given: dict[str, Any], query: str
    ) -> tuple[str, dict[str, Any]]:
        found = self._analyzers.get((region, name))
        if found is None:
            return "404 Not Found", {"__type": "ResourceNotFoundException", "message": f"analyzer {name} not found"}
        if method == "POST":
            found["tags"] = {**found["tags"], **given.get("tags", {})}
        elif method == "DELETE":
            for key in re.findall(r"tagKeys=([^&]+)", query):
                found["tags"].pop(unquote(key), None)
        return "200 OK", {"tags": found["tags"]}
