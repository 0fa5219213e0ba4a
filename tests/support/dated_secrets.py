"""A real Secrets Manager API whose secrets have a past.

Moto stores the time of the call. No API of AWS takes a time, so that the past is put into moto's own records, in the
process that serves them; what is tested speaks HTTP to it and nothing else.
"""

import datetime as dt
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends
from werkzeug.serving import make_server

from sandbox.aws import moto_secrets

ACCOUNT, REGION = "123456789012", "eu-central-1"


class _Quiet(MotoRequestHandler):
    def log_request(self, *_: object) -> None:
        """Nothing."""


class DatedSecrets:
    """The server's address, a client, ways to the past; ``refuse`` is the error with which every call is answered."""

    def __init__(self) -> None:
        self.endpoint, self.refuse = "", ""
        self.asked: list[str] = []

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs in order to speak to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self, region: str = REGION) -> Any:
        """A client of the API."""
        return boto3.client(
            "secretsmanager", region_name=region, endpoint_url=self.endpoint,
            aws_access_key_id="made-up", aws_secret_access_key="made-up",
        )  # fmt: skip

    def make(
        self,
        name: str,
        age: dt.timedelta,
        *,
        tags: Mapping[str, str] | None = None,
        value: Any = "",
        region: str = REGION,
    ) -> Any:
        """A secret whose only value is of this age; its record."""
        text = value if isinstance(value, str) else json.dumps(value)
        given = [{"Key": key, "Value": text_} for key, text_ in (tags or {}).items()]
        self.client(region).create_secret(Name=name, SecretString=text or f"value of {name}", Tags=given)
        record = secretsmanager_backends[ACCOUNT][region].secrets[name]
        record.created_date = record.last_changed_date = self.past(age)
        for version in record.versions.values():
            version["createdate"] = self.past(age)
        return record

    def rotates(self, record: Any, days: int, last: dt.timedelta | None, due: dt.timedelta) -> None:
        """Rotation every ``days``, the last so long ago, the next in ``due``."""
        record.rotation_requested = record.rotation_enabled = True
        record.auto_rotate_after_days = days
        record.last_rotation_date = None if last is None else self.past(last)
        record.next_rotation_date = self.past(-due)

    @staticmethod
    def past(age: dt.timedelta) -> int:
        """The moment, as moto keeps it."""
        return int((dt.datetime.now(dt.UTC) - age).timestamp())


@contextmanager
def account(patch: pytest.MonkeyPatch) -> Iterator[DatedSecrets]:
    """The server, empty, with the time of each version as AWS tells it; ``asked`` lists the operations asked for."""
    from moto.secretsmanager.exceptions import SecretsManagerClientError  # noqa: PLC0415 - beside its use
    from moto.secretsmanager.responses import SecretsManagerResponse  # noqa: PLC0415

    made = DatedSecrets()
    dispatch = SecretsManagerResponse.call_action

    def call_action(self: Any) -> Any:
        made.asked.append(self._get_action())
        if made.refuse:
            raise SecretsManagerClientError(made.refuse, "User is not authorized")
        return dispatch(self)

    patch.setattr(SecretsManagerResponse, "call_action", call_action)
    patch.setattr(SecretsManagerBackend, "list_secret_version_ids", moto_secrets.list_secret_version_ids)
    for region in secretsmanager_backends[ACCOUNT].values():
        region.reset()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        made.endpoint = f"http://127.0.0.1:{server.server_port}"
        yield made
    finally:
        server.shutdown()
        server.server_close()
