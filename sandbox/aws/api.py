"""Run the table's steps as botocore calls on the emulated account."""

import os
import re
import threading
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.session
import jmespath
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws import calls, convert, descriptions, refusals
from sandbox.aws.convert import MISSING
from sandbox.aws.kept import Store
from sandbox.aws.table import Row

GONE = re.compile(r"NotFound|NoSuch|DoesNotExist|NotFoundFault|Malformed$|FeatureDisabled")
"""Error codes with which AWS says that a thing is not there."""

NOTHING_OF_THE_USER = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Botocore's settings that would read the user's profile and files: config name, variable, default, conversion."""
ONCE = {"total_max_attempts": 1}
"""A repeated request could make a second resource: an unknown outcome is reported instead."""


class Api:
    """Clients for one account and region, made when first needed; safe to share between threads."""

    def __init__(self, endpoint: str, region: str, account: str) -> None:
        self.endpoint, self.region, self.account = endpoint, region, account
        self.kept = Store(endpoint, region)
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        descriptions.read_once()
        self._session = boto3.session.Session(
            botocore_session=botocore.session.Session(session_vars=NOTHING_OF_THE_USER),
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",  # noqa: S106 - any will do
            region_name=region,
        )

    def client(self, service: str) -> Any:
        """The client of a service."""
        with self._lock:
            if service not in self._clients:
                config = Config(retries=ONCE, max_pool_connections=40, s3={"addressing_style": "path"}, proxies={})
                made = self._session.client(service, endpoint_url=self.endpoint, config=config)
                refusals.watch(made, self)
                calls.watch(made)
                self._clients[service] = made
            return self._clients[service]

    def shape(self, service: str, call: str) -> Any:
        """The input shape of an operation."""
        client = self.client(service)
        return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[call]).input_shape

    def call(self, service: str, name: str, parameters: Mapping[str, Any]) -> Any:
        """One operation with parameters in Pulumi's spelling."""
        shape = self.shape(service, name)
        given = convert.to_aws(parameters, shape) if shape is not None else {}
        answer = getattr(self.client(service), name)(**given)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    def step(self, row: Row, step: Mapping[str, Any], scope: Mapping[str, Any]) -> Any:
        """One step of a row, its template filled from ``scope``; None where AWS says that the thing is not there."""
        location = None if self.region == "us-east-1" else self.region  # S3 refuses its home region by name
        scope = {**scope, "$location": location}
        parameters = convert.fill(step.get("with", {}), scope)
        try:
            return self.call(step.get("client", row.client), step["call"], {} if parameters is MISSING else parameters)
        except ClientError as error:
            if "unless" in step and error.response["Error"]["Code"] == step["unless"]:
                return None
            raise

    def select(self, expression: str, scope: Mapping[str, Any], response: Any) -> Any:
        """A JMESPath expression with ``{name}`` filled in."""
        return jmespath.search(convert.text(expression, scope), response)

    def describe(self, row: Row, scope: Mapping[str, Any]) -> Any:
        """What AWS shows of one resource; None where there is no such thing."""
        try:
            response = self.step(row, row.read, scope)
        except ClientError as error:
            if GONE.search(error.response["Error"]["Code"]):
                return None
            raise
        return self.select(row.read["at"], scope, response) or None

    def identifiers(self, row: Row) -> list[str]:
        """The ids of every resource of a row's type in the account; empty where the type cannot be listed."""
        if row.list is None:
            return []
        client = self.client(row.client)
        parameters = row.list.get("with", {})
        if client.can_paginate(row.list["call"]):
            pages = client.get_paginator(row.list["call"]).paginate(**parameters).build_full_result()
        else:
            pages = getattr(client, row.list["call"])(**parameters)
        found: list[str] = jmespath.search(row.list["at"], pages) or []
        return [i for i in found if self.describe(row, {"id": i})] if row.list.get("lingers") else found
