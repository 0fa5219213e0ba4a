"""What the sandbox's provider plugins share: fixed answers of the protocol, differences, errors, and the server.

A plugin takes plain values, and the engine restores which of them are secret, as it does for every provider that does
not declare ``acceptSecrets``.
"""

import os
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.faults import InjectedError, ReplyLostError, injected
from sandbox.protocol import serving


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """The calls that every plugin answers alike. ``version_variable`` names where the workspace says its version."""

    version_variable: ClassVar[str]

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=os.environ[self.version_variable])

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def difference(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    changed: Collection[str],
    replaces: Collection[str],
    *,
    delete_first: bool = False,
) -> Any:
    """The answer to Diff: which inputs changed, in which way, and which of them force a replacement."""
    kinds = provider_pb2.PropertyDiff.Kind
    detailed = {}
    for key in changed:
        verb = "ADD" if key not in old else "DELETE" if key not in new else "UPDATE"
        kind = kinds.Value(f"{verb}_REPLACE" if key in replaces else verb)
        detailed[key] = provider_pb2.PropertyDiff(kind=kind, inputDiff=True)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=changed,
        replaces=replaces,
        detailedDiff=detailed,
        hasDetailedDiff=True,
        deleteBeforeReplace=delete_first,
    )


class reported:  # noqa: N801 - reads as the function that it stands for
    """Turn what goes wrong into one gRPC error; a lost reply into the state in which the engine knows nothing.

    ``explain`` gives the status and the one line for an error of the operation.
    """

    def __init__(
        self,
        context: Any,
        operation: str,
        urn: str,
        latency: float,
        explain: Callable[[BaseException], tuple[grpc.StatusCode, str]],
    ) -> None:
        self._context, self._explain, self._fault = context, explain, injected(operation, urn, latency)

    def __enter__(self) -> None:
        try:
            self._fault.__enter__()
        except InjectedError as error:
            self._context.abort(grpc.StatusCode.UNKNOWN, str(error))

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._context.abort(*self._explain(error))
        try:
            self._fault.__exit__(None, None, None)
        except ReplyLostError as lost:
            self._context.abort(grpc.StatusCode.UNAVAILABLE, str(lost))


def serve(servicer: Plugin) -> None:
    """Answer the engine until it is gone."""
    serving.serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server), workers=32)
