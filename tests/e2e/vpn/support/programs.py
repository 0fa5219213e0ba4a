"""headscale and tailscaled, built from their Go modules into the cache.

They are two modules because each release is proven with the dependencies that it was released with.
"""

from pathlib import Path

from toolchain import go_build

MODULES = Path(go_build.__file__).parent / "go"
OMITTED = (
    "acme",
    "aws",
    "clientupdate",
    "completion",
    "dbus",
    "desktop_sessions",
    "drive",
    "kube",
    "networkmanager",
    "resolved",
    "ssh",
    "systray",
    "taildrop",
    "tpm",
    "webclient",
)
"""Features that say nothing about who reaches what. Without the three of DNS (dbus, networkmanager, resolved) a node
has no way to change how the machine that runs the tests resolves names."""


def headscale() -> Path:
    """The control server."""
    return go_build.product(MODULES / "headscale", "github.com/juanfont/headscale/cmd/headscale", "headscale").get()


def tailscaled() -> Path:
    """A node; the same file is the command ``tailscale`` where ``TS_BE_CLI`` is set."""
    tags = ",".join(("ts_include_cli", *(f"ts_omit_{feature}" for feature in OMITTED)))
    return go_build.product(MODULES / "tailscale", "tailscale.com/cmd/tailscaled", "tailscaled", tags=tags).get()
