"""GitHub's REST API for a workflow's job: lists whole, one clear error, and no package beside Python itself.

Source: https://docs.github.com/en/rest/using-the-rest-api.
"""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

BOT = "github-actions[bot]"
"""Who writes with the token of a workflow's job."""
LONGEST = 65_536
"""Characters of the body of a comment or an issue."""
SECONDS = 30
_NEXT = re.compile(r'<([^<>]+)>; rel="next"')


class GitHubError(RuntimeError):
    """GitHub refused, or could not be asked; the message says what was asked and what it answered."""


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """One repository (``owner/name``) at the API of ``address``."""

    repository: str
    token: str = field(repr=False)
    address: str = "https://api.github.com"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "GitHub":
        """The repository of a workflow's job, by the variables that GitHub sets and the job's token."""
        return cls(
            repository=environment["GITHUB_REPOSITORY"],
            token=environment["GH_TOKEN"],
            address=environment.get("GITHUB_API_URL", cls.address),
        )

    def listed(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Each entry of all pages. GitHubError where a page cannot be had: half a list looks like a missing comment."""
        address: str | None = f"{self._address(path)}{'&' if '?' in path else '?'}per_page=100"
        while address:
            page, links = self._asked("GET", address)
            if not isinstance(page, list):
                raise GitHubError(f"GET {address}: the answer is no list")
            yield from page
            following = _NEXT.search(links)
            address = following[1] if following else None
            if address and not address.startswith(f"{self.address}/"):  # the token is for this server alone
                raise GitHubError(f"GET {path}: the next page is at another server, {address}")

    def one(self, path: str) -> Mapping[str, Any]:
        """One object. GitHubError where it cannot be had."""
        answer, _ = self._asked("GET", self._address(path))
        if not isinstance(answer, dict):
            raise GitHubError(f"GET {path}: the answer is no object")
        return answer

    def write(self, method: str, path: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a POST or PATCH. GitHubError where it is refused."""
        answer, _ = self._asked(method, self._address(path), content)
        return answer if isinstance(answer, dict) else {}

    def _address(self, path: str) -> str:
        return f"{self.address}/repos/{self.repository}/{path}"

    def _asked(self, method: str, address: str, content: Mapping[str, Any] | None = None) -> tuple[Any, str]:
        """The content of the answer, and its links to other pages."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "User-Agent": "nationgraph-platform",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - the job's own GitHub
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            raise GitHubError(f"{method} {address}: {error.code} {_said(error.read())}") from None
        except (OSError, ValueError) as error:
            raise GitHubError(f"{method} {address}: {error}") from None


def _said(content: bytes) -> str:
    """The sentence in an answer that refuses."""
    try:
        return str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        return content[:200].decode(errors="replace")
