"""The plugin that the engine starts as ``pulumi-resource-aws``: Pulumi's provider protocol over the table.

Secrets: the plugin takes plain values and the engine restores which of them are secret, as it does for every provider
that does not declare ``acceptSecrets``.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.aws import calls, constraints, invokes
from sandbox.aws.convert import same
from sandbox.aws.naming import PREFIXES, automatic, too_long
from sandbox.aws.table import Row, rows
from sandbox.protocol import plugin, schema
from sandbox.protocol import urn as urns
from sandbox.protocol.wire import jsonable, to_dict, to_struct, without_nulls

UNKNOWN = schema.UNKNOWN
SUPPORTED_CONFIG = ("region", "allowedAccountIds", "version")
"""Anything else, default tags or credentials, would be dropped in silence; ``skip...`` has nothing to skip."""


class Provider(plugin.Plugin):
    """One instance serves one engine run."""

    version_variable = "SANDBOX_AWS_VERSION"

    def __init__(self) -> None:
        self._apis: dict[str, Any] = {}
        self._region = "us-east-1"
        self._account = os.environ.get("SANDBOX_AWS_ACCOUNT", "123456789012")

    def _row(self, urn: str, context: Any) -> Row:
        token = urns.type_of(urn)
        if token not in rows():
            reason = f"{token} is not in the sandbox's table; add it to sandbox/aws/types/"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, reason)
        return rows()[token]

    def api(self, inputs: dict[str, Any] | None = None) -> Any:
        """The account in a resource's region; botocore is imported here because many previews never need it."""
        region = (inputs or {}).get("region") or self._region
        if region not in self._apis:
            from sandbox.aws.api import Api  # noqa: PLC0415

            self._apis[region] = Api(os.environ["SANDBOX_AWS_ENDPOINT"], region, self._account)
        return self._apis[region]

    def CheckConfig(self, request: Any, context: Any) -> Any:
        given = to_dict(request.news)
        failures = [
            provider_pb2.CheckFailure(property=key, reason="the sandbox does not apply it; remove it from this stack")
            for key in given
            if key not in SUPPORTED_CONFIG and not key.startswith(("skip", "__"))
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Configure(self, request: Any, context: Any) -> Any:
        given = to_dict(request.args)
        self._region = given.get("region") or self._region
        allowed = given.get("allowedAccountIds")
        accounts = json.loads(allowed) if isinstance(allowed, str) else allowed
        if accounts and self._account not in accounts:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"account {self._account} is not in aws:allowedAccountIds {accounts}"
            )
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        row, news, olds = self._row(request.urn, context), to_dict(request.news), to_dict(request.olds)
        news = schema.coerced(row.schema, news)
        news |= {key: news[key].lower() for key in row.lower if isinstance(news.get(key), str)}
        known = {key: value for key, value in news.items() if key != "__defaults"}
        wrong = [
            *schema.failures(row.schema, known),
            *constraints.failures(row.type, without_nulls(known), row.defaults),
        ]
        filled = {key: value for key, value in row.defaults.items() if value} | {"region": self._region}
        name, before = row.autoname, olds.get("__defaults", ())
        if name and not any(news.get(prefix) for prefix in PREFIXES):
            kept = name in before and olds.get(name)
            filled[name] = olds[name] if kept else automatic(row, request)
            wrong += [] if kept or news.get(name) is not None else too_long(row, request)
        filled = {
            key: value
            for key, value in filled.items()
            if key in row.schema["object"] and key not in row.computed and news.get(key) is None
        }
        inputs = to_struct({**news, **filled, "__defaults": sorted(filled)})
        failures = [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in wrong]
        return provider_pb2.CheckResponse(inputs=inputs, failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        row, old, new = self._row(request.urn, context), to_dict(request.old_inputs), to_dict(request.news)
        differing = {key for key in {*old, *new} - {"__defaults"} if not same(old.get(key), new.get(key))}
        held = to_dict(request.olds) if row.partial else {}
        differing |= {key for key in row.partial if _lacking(new.get(key), held.get(key))}
        changed = sorted(differing - {*request.ignoreChanges})
        replaces = [
            key for key in changed if key in row.replace or (key in row.exclusive and not (key in old and key in new))
        ]
        named = row.autoname in new and row.autoname not in {*new.get("__defaults", ()), *changed}
        before = bool(replaces) and (row.delete_before_replace or named)
        return plugin.difference(old, new, changed, replaces, delete_first=before)

    def _planned(self, row: Row, inputs: dict[str, Any]) -> dict[str, Any]:
        """A preview's state: inputs and defaults as they are, what AWS will compute as unknown."""
        computed = {n: UNKNOWN for n in row.schema["outputs"] if n not in row.schema["object"] or n in row.computed}
        return without_nulls({**computed, **row.defaults, **inputs})

    def Create(self, request: Any, context: Any) -> Any:
        row, inputs = self._row(request.urn, context), without_nulls(to_dict(request.properties))
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=to_struct(self._planned(row, inputs)))
        from sandbox.aws import resource  # noqa: PLC0415

        with _reported(context, "create", request.urn, row, inputs) as log:
            identifier, state = resource.create(self.api(inputs), row, inputs)
            log |= {"id": identifier, "outputs": calls.outputs(state)}
        return provider_pb2.CreateResponse(id=identifier, properties=to_struct(jsonable(state)))

    def Read(self, request: Any, context: Any) -> Any:
        from sandbox.aws import resource  # noqa: PLC0415

        row, known, old = self._row(request.urn, context), to_dict(request.properties), to_dict(request.inputs)
        with _reported(context, "read", request.urn, row, {**known, **old}):
            observed = resource.read(self.api(known), row, known.get("id", request.id), {**known, **old})
        if observed is None:
            return provider_pb2.ReadResponse(id="")
        inputs = resource.refreshed(row, old, observed) if old else resource.imported(row, observed)
        declared = {key: value for key, value in inputs.items() if key != "__defaults"}
        state = without_nulls({**row.defaults, **known, **observed, **declared})
        return provider_pb2.ReadResponse(
            id=request.id, properties=to_struct(jsonable(state)), inputs=to_struct(jsonable(inputs))
        )

    def Update(self, request: Any, context: Any) -> Any:
        row, olds = self._row(request.urn, context), to_dict(request.olds)
        old, new = without_nulls(to_dict(request.old_inputs)), without_nulls(to_dict(request.news))
        if request.preview:
            kept = {key: value for key, value in olds.items() if key not in old or key in new}
            anew = dict.fromkeys(row.recomputed, UNKNOWN)
            return provider_pb2.UpdateResponse(properties=to_struct({**kept, **new, **anew}))
        from sandbox.aws import resource  # noqa: PLC0415

        before = {**{key: value for key, value in olds.items() if key == "arn"}, **old}
        with _reported(context, "update", request.urn, row, new):
            identifier, state = resource.update(self.api(new), row, olds.get("id", request.id), before, new)
        if identifier != request.id:  # the engine keeps the first id; the state holds the one that AWS gave since
            state["id"] = identifier
        return provider_pb2.UpdateResponse(properties=to_struct(jsonable(state)))

    def Delete(self, request: Any, context: Any) -> Any:
        from sandbox.aws import resource  # noqa: PLC0415

        row = self._row(request.urn, context)
        known = {**to_dict(request.properties), **to_dict(request.old_inputs)}
        with _reported(context, "delete", request.urn, row, known):
            resource.delete(self.api(known), row, known.get("id", request.id), known)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        try:
            answer = invokes.answer(self.api, self._region, self._account, request.tok)
        except LookupError as error:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error.args[0]))
        return provider_pb2.InvokeResponse(**{"return": to_struct(answer)})


def _lacking(wanted: Any, held: Any) -> bool:
    """Whether the account has not taken all of a value that it takes in part."""
    return wanted is not None and held is not None and not same(wanted, held, more=True)


@contextmanager
def _reported(context: Any, operation: str, urn: str, row: Row, inputs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An operation on the account, its calls logged; reads are as fast for every type."""
    latency = min(row.latency, 1.0) if operation == "read" else row.latency
    report = plugin.reported(context, operation, urn, latency, lambda error: _explained(error, inputs))
    with report, calls.logged(operation, urn, inputs) as log:
        yield log


def _explained(error: BaseException, inputs: dict[str, Any]) -> tuple[grpc.StatusCode, str]:
    from botocore.exceptions import ConnectionError as RefusedError  # noqa: PLC0415
    from botocore.exceptions import HTTPClientError, IncompleteReadError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    from sandbox.aws.errors import message  # noqa: PLC0415

    # The account went away, also in the middle of an answer: nobody knows what it still did, and a refused step may
    # follow one that it ran.
    if isinstance(error, HTTPClientError | RefusedError | IncompleteReadError | ResponseParserError | HTTPError):
        return grpc.StatusCode.UNAVAILABLE, f"transport: no answer from the account: {type(error).__name__}"
    return grpc.StatusCode.UNKNOWN, message(error, inputs)


if __name__ == "__main__":
    plugin.serve(Provider())
