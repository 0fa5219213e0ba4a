"""What stands for GitHub's REST API of issues, beside that of their comments: it refuses what GitHub refuses.

Source: https://docs.github.com/en/rest/issues/issues.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from reports.github.client import BOT
from tests.reports.github.support.api import LONGEST, REPOSITORY, Api, Refused

_ISSUES = f"/repos/{REPOSITORY}/issues"
_ISSUE = re.compile(rf"{_ISSUES}/(\d+)")
_KEYS = {"title": str, "body": str, "state": str, "state_reason": str, "labels": list}


@dataclass
class Issues(Api):
    """The server: its issues, newest first in lists, as GitHub has them."""

    issues: list[dict[str, Any]] = field(default_factory=list)

    def opened(self, body: str, login: str = BOT, type_: str = "Bot", **more: Any) -> dict[str, Any]:
        """Somebody opens an issue."""
        user = {"login": login, "type": type_}
        issue = {
            "number": len(self.issues) + 1,
            "title": "an issue",
            "state": "open",
            "body": body,
            "user": user,
            **more,
        }
        self.issues.append(issue)
        return issue

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any, str]:
        """Status, content and links."""
        parts = urlsplit(target)
        one = _ISSUE.fullmatch(parts.path)
        if parts.path != _ISSUES and not one:
            return super().answer(method, target, headers, body)
        self.admitted(headers)
        if method == "GET" and not one:
            query = parse_qs(parts.query)
            state = query.get("state", ["open"])[0]
            held = [issue for issue in reversed(self.issues) if state in ("all", issue["state"])]
            return self.page(held, query, f"{parts.path}?state={state}")
        if method == "POST" and not one:
            given = _content(body)
            if not given.get("title"):
                raise Refused(422, "Validation Failed: title can't be blank")
            self.written.append((method, parts.path))
            return 201, self.opened(**given), ""
        if method == "PATCH" and one:
            found = [issue for issue in self.issues if issue["number"] == int(one[1])]
            if not found:
                raise Refused(404, "Not Found")
            found[0].update(_content(body))
            self.written.append((method, parts.path))
            return 200, found[0], ""
        raise Refused(404, "Not Found")


def _content(body: bytes) -> dict[str, Any]:
    """What is written; GitHub refuses values of another type, states that it does not have, and a body too long."""
    given: dict[str, Any] = json.loads(body)
    wrong = [key for key, value in given.items() if key not in _KEYS or not isinstance(value, _KEYS[key])]
    if wrong or given.get("state", "open") not in ("open", "closed"):
        raise Refused(422, f"Invalid request: {', '.join(wrong) or 'state'}")
    if given.get("state_reason", "completed") not in ("completed", "not_planned", "reopened"):
        raise Refused(422, "Invalid request: state_reason")
    if len(given.get("body", "")) > LONGEST:
        raise Refused(422, f"Validation Failed: body is too long (maximum is {LONGEST} characters)")
    return given
