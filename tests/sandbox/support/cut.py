"""An account that is gone for good after so many changes, as one that was killed in the middle of a creation."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import EndpointConnectionError

from sandbox.aws.api import Api
from sandbox.aws.emulator import READ_ONLY
from tests.sandbox.support.cloud import ACCOUNT, REGION


class Cut:
    """Clients for the account that count the changes which they ask for, and refuse everything once it is gone."""

    def __init__(self, endpoint: str, changes: int) -> None:
        self.api, self.changes, self._left, self._gone = Api(endpoint, REGION, ACCOUNT), 0, changes, False
        client, write = self.api.client, self.api.kept.write

        def watched(service: str) -> Any:
            made = client(service)
            made.meta.events.register("before-send", self._before, unique_id="cut")
            return made

        def kept(token: str, identifier: str, values: Mapping[str, Any]) -> None:
            self._count(change=bool(values))
            write(token, identifier, values)

        self.api.client = watched  # type: ignore[method-assign]
        self.api.kept.write = kept  # type: ignore[method-assign]

    def _before(self, event_name: str, **_: Any) -> None:
        self._count(change=not event_name.rpartition(".")[2].startswith(READ_ONLY))

    def _count(self, *, change: bool) -> None:
        self._gone = self._gone or (change and self.changes == self._left)
        if self._gone:
            raise EndpointConnectionError(endpoint_url="the account")
        self.changes += change
