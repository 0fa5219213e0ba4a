"""One resource class for every kind of Kubernetes object, in place of the SDK's class for each.

The SDK's modules import all inputs of their group before one class can be had: a second of CPU and 84 MB for
``core/v1`` alone. The type tokens are the SDK's, so that the engine, the provider and the rules see no difference.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import pulumi

VERSION: Final = version("pulumi-kubernetes")
"""Of the SDK and of the provider. Looked up once: the look-up reads files, and a stack has a hundred objects."""
OWNED = {"pulumi.com/patchForce": "true"}
"""What is declared is Pulumi's: a field that somebody changed by hand is set back, where a server-side apply would else
end with a conflict. A field that a controller owns, as an autoscaler replicas, is not declared.
"""


def token(api_version: str, kind: str) -> str:
    """The type of the SDK's class: ``kubernetes:core/v1:Namespace``, ``kubernetes:apps/v1:Deployment``, ...

    Raises:
        ValueError: no such ``api_version`` can exist.

    """
    group, slash, number = api_version.rpartition("/")
    if not number.startswith("v") or (slash and not group):
        raise ValueError(f"{api_version!r} is no API version; it is `v1`, or a group and a version as `apps/v1`")
    return f"kubernetes:{group or 'core'}/{number}:{kind}"


class KubernetesObject(pulumi.CustomResource):
    """An object of ``api_version`` and ``kind``, whose other fields stand in ``manifest`` as they do in YAML.

    ``manifest`` has ``metadata``, ``spec``, ``data``, ...; values may be outputs. In the preview of an object that does
    not exist yet ``metadata`` has no ``uid``. Fields that others changed are set back (``OWNED``).
    """

    metadata: pulumi.Output[Mapping[str, Any]]

    def __init__(
        self,
        name: str,
        *,
        api_version: str,
        kind: str,
        manifest: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        metadata = dict(manifest.get("metadata") or {})
        metadata["annotations"] = {**OWNED, **(metadata.get("annotations") or {})}
        properties = {**manifest, "metadata": metadata, "apiVersion": api_version, "kind": kind}
        own = pulumi.ResourceOptions(version=VERSION)
        super().__init__(token(api_version, kind), name, properties, pulumi.ResourceOptions.merge(own, opts))
