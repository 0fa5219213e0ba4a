"""SEC-05: the VPN, Tailscale's policy, settings and names, and the subnet routers that lead into the network."""

from components.vpn.routers import Forward
from components.vpn.vpn import Vpn, VpnArgs

__all__ = ["Forward", "Vpn", "VpnArgs"]
