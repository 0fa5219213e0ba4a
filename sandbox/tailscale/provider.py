"""The plugin that the engine starts as ``pulumi-resource-tailscale``: Pulumi's provider protocol over one tailnet."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.aws.convert import same
from sandbox.protocol import plugin, schema
from sandbox.protocol import urn as urns
from sandbox.protocol.wire import to_dict, to_struct, without_nulls
from sandbox.tailscale import hujson
from sandbox.tailscale.resources import KINDS, Kind
from sandbox.tailscale.tailnet import RefusedError, Tailnet

SUPPORTED_CONFIG = ("tailnet", "version")
"""Anything else, such as an API key, would look used: there is no service to show it to."""
LATENCY_SECONDS = 1.0


def alike(key: str, old: Any, new: Any) -> bool:
    """Whether two values mean the same: policy files by content, in order; lists of tags and addresses without."""
    if key == "acl" and isinstance(old, str) and isinstance(new, str):
        try:
            return bool(hujson.parse(old) == hujson.parse(new))
        except hujson.HuJsonError:
            return old == new
    return same(old, new)


class Provider(plugin.Plugin):
    """One instance serves one engine run."""

    version_variable = "SANDBOX_TAILSCALE_VERSION"

    def __init__(self) -> None:
        self._schemas = schema.load(KINDS, "pulumi_tailscale")

    def _tailnet(self) -> Tailnet:
        return Tailnet(Path(os.environ["SANDBOX_TAILNET"]))

    def _kind(self, urn: str, context: Any) -> tuple[Kind, dict[str, Any]]:
        token = urns.type_of(urn)
        if token not in KINDS:
            reason = f"{token} is not in the sandbox's model of a tailnet; add it to sandbox/tailscale/resources.py"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, reason)
        return KINDS[token], self._schemas[token]

    def _reported(self, context: Any, operation: str, urn: str) -> plugin.reported:
        def explain(error: BaseException) -> tuple[grpc.StatusCode, str]:
            return grpc.StatusCode.UNKNOWN, str(error) if isinstance(error, RefusedError) else repr(error)

        return plugin.reported(context, operation, urn, LATENCY_SECONDS, explain)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        failures = [
            provider_pb2.CheckFailure(property=key, reason="the sandbox does not use it; remove it from this stack")
            for key in to_dict(request.news)
            if key not in SUPPORTED_CONFIG and not key.startswith("__")
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        kind, described = self._kind(request.urn, context)
        news = to_dict(request.news)
        found = list(schema.failures(described, news))
        known = {key: value for key, value in without_nulls(news).items() if schema.UNKNOWN not in str(value)}
        if not found and {*described["required"]} <= {*known}:
            found = list(kind.check(known))
        failures = [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in found]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        kind, _ = self._kind(request.urn, context)
        old, new = to_dict(request.old_inputs), to_dict(request.news)
        changed = sorted(
            key
            for key in {*old, *new}
            if key not in request.ignoreChanges and not alike(key, old.get(key), new.get(key))
        )
        return plugin.difference(old, new, changed, [key for key in changed if key in kind.replace])

    def _state(self, kind: Kind, identifier: str, inputs: Mapping[str, Any]) -> Any:
        return to_struct({**(kind.get(self._tailnet(), identifier) or {}), **inputs})

    def Create(self, request: Any, context: Any) -> Any:
        kind, _ = self._kind(request.urn, context)
        inputs = without_nulls(to_dict(request.properties))
        if request.preview:
            planned = {**dict.fromkeys(kind.computed, schema.UNKNOWN), **inputs}
            return provider_pb2.CreateResponse(id="", properties=to_struct(planned))
        with self._reported(context, "create", request.urn):
            identifier = kind.put(self._tailnet(), None, inputs)
        return provider_pb2.CreateResponse(id=identifier, properties=self._state(kind, identifier, inputs))

    def Read(self, request: Any, context: Any) -> Any:
        kind, described = self._kind(request.urn, context)
        old = to_dict(request.inputs)
        with self._reported(context, "read", request.urn):
            shown = kind.get(self._tailnet(), request.id)
        if shown is None:
            return provider_pb2.ReadResponse(id="")
        if old:
            drifted = {k: shown[k] for k in old if k in shown and not alike(k, old[k], shown[k])}
            inputs = {**old, **drifted}
        else:
            inputs = {key: value for key, value in shown.items() if key in described["object"]}
        state = to_struct({**to_dict(request.properties), **shown, **inputs})
        return provider_pb2.ReadResponse(id=request.id, properties=state, inputs=to_struct(inputs))

    def Update(self, request: Any, context: Any) -> Any:
        kind, _ = self._kind(request.urn, context)
        inputs = without_nulls(to_dict(request.news))
        if request.preview:
            kept = {key: value for key, value in to_dict(request.olds).items() if key in kind.computed}
            return provider_pb2.UpdateResponse(properties=to_struct({**kept, **inputs}))
        with self._reported(context, "update", request.urn):
            kind.put(self._tailnet(), request.id, inputs)
        return provider_pb2.UpdateResponse(properties=self._state(kind, request.id, inputs))

    def Delete(self, request: Any, context: Any) -> Any:
        kind, _ = self._kind(request.urn, context)
        known = {**to_dict(request.properties), **to_dict(request.old_inputs)}
        with self._reported(context, "delete", request.urn):
            kind.remove(self._tailnet(), request.id, known)
        return empty_pb2.Empty()


if __name__ == "__main__":
    plugin.serve(Provider())
