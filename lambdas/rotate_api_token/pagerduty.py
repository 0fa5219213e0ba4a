"""PagerDuty: the routing keys of an event orchestration, each of an integration of its own.

Source: https://github.com/PagerDuty/api-schema, reference/REST (operations listOrchestrationIntegrations,
postOrchestrationIntegration, getOrchestrationIntegration, deleteOrchestrationIntegration), and
https://developer.pagerduty.com/docs/events-api-v2-overview. Integrations of services cannot be deleted by the API, and
REST API keys cannot be made by it: the one behind this function is registered in catalog/manual_rotation.yaml.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lambdas.kit import web
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_api_token.config import Target
from lambdas.rotate_api_token.errors import DeadError
from lambdas.rotate_api_token.issuer import Value

API = "https://api.pagerduty.com"
EVENTS = "https://events.pagerduty.com"


class PagerDuty:
    """``manager`` holds ``api_key``, a REST API key that may write event orchestrations."""

    def __init__(self, target: Target, manager: Mapping[str, Any], budget: Budget) -> None:
        self.budget = budget
        orchestration = str(target.settings.get("orchestration") or "")
        if not orchestration:
            raise RotationError("configuration", "ISSUER_SETTINGS lacks orchestration, the id of the one to send to")
        api, events = target.url("pagerduty", API), target.url("pagerduty-events", EVENTS)
        self._integrations = f"{api}/event_orchestrations/{quote(orchestration, safe='')}/integrations"
        self._enqueue = f"{events}/v2/enqueue"
        self._headers = {
            "Authorization": f"Token token={manager.get('api_key', '')}",
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Content-Type": "application/json",
        }

    def _call(self, what: str, method: str, path: str = "", body: Any = None) -> Any:
        ask = web.Ask(method=method, url=f"{self._integrations}{path}", headers=self._headers, body=body)
        return web.call(self.budget, what, ask)

    def tokens(self) -> Mapping[str, str]:
        """The labels of all integrations of the orchestration."""
        try:
            answer = self._call("listing integrations", "GET")
        except web.StatusError as error:
            error.unexpected()
        return {str(found["id"]): str(found.get("label", "")) for found in answer["integrations"]}

    def create(self, label: str) -> Value:
        """A new integration."""
        try:
            answer = self._call("creating an integration", "POST", body={"integration": {"label": label}})
        except web.StatusError as error:
            error.unexpected()
        made = answer["integration"]
        return {"issuer": "pagerduty-events", "id": made["id"], "routing_key": made["parameters"]["routing_key"]}

    def prove(self, value: Value) -> None:
        """The integration has this key, and the Events API takes it: by resolving what was never triggered."""
        what = "proving the token"
        try:
            found = self._call(what, "GET", f"/{quote(str(value['id']), safe='')}")["integration"]
            if found["parameters"]["routing_key"] != value.get("routing_key"):
                raise DeadError("the integration has another routing key")
            event = {
                "routing_key": value["routing_key"], "event_action": "resolve", "dedup_key": f"rotation-{value['id']}",
            }  # fmt: skip
            web.call(self.budget, what, web.Ask(method="POST", url=self._enqueue, headers={}, body=event))
        except web.StatusError as error:
            if error.status in (400, 404):
                raise DeadError(f"{what}: refused with HTTP {error.status}") from None
            error.unexpected()

    def revoke(self, token: str) -> None:
        """Delete an integration and its key."""
        try:
            self._call("revoking a key", "DELETE", f"/{quote(token, safe='')}")
        except web.StatusError as error:
            if error.status != 404:
                error.unexpected()
