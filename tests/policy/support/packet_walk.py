"""One packet at a time: whether it arrives and whether its answer comes back, read straight from what a case declares.

It shares nothing with the solver: no sets, no readers, no resolved references. Addresses and ports are single numbers,
the first and last of each interval between two limits that the case names: within one no rule can tell them apart.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tests.policy.support.interval_bounds import NOT_STRANGERS, STRANGERS_V6, Address, Service, limits_of, method_cache
from tests.support.resources import Ref, Res

CIDR_KEYS = ("cidrBlock", "ipv6CidrBlock", "destinationCidrBlock", "destinationIpv6CidrBlock", "cidrIpv4", "cidrIpv6")
WAYS = (
    "gatewayId",
    "natGatewayId",
    "egressOnlyGatewayId",
    "vpcPeeringConnectionId",
    "transitGatewayId",
    "networkInterfaceId",
)


@lru_cache(maxsize=65536)
def within(address: Address, cidr: str) -> bool:
    """Whether an address lies in a range of its own family."""
    network = ipaddress.ip_network(cidr)
    return network.version == address.version and address in network


@dataclass(frozen=True)
class Flow:
    """One try: from ``near`` to ``far``, at the source's own port and to the port that listens."""

    protocol: str
    near: Address
    far: Address
    own_port: int
    port: int


class Walk:
    """The resources of a case by name."""

    def __init__(self, resources: Sequence[Res]) -> None:
        self.all = {resource.name: resource for resource in resources}
        limits = list(limits_of(resources))
        self.addresses = sorted(
            {limit for limit in limits if not isinstance(limit, int)}, key=lambda a: (a.version, int(a))
        )
        self.ports = sorted({limit for limit in limits if isinstance(limit, int) and 0 <= limit <= 65535} | {0, 1024})

    @method_cache
    def of(self, type_: str) -> list[Res]:
        """The resources whose type ends so."""
        return [resource for resource in self.all.values() if resource.type.endswith(f":{type_}")]

    # What decides about one packet. Each question is asked many times, and its answer kept.

    def table(self, subnet: str) -> Res | None:
        """The route table of a subnet; None for a main table that nobody declared."""
        for association in self.of("RouteTableAssociation"):
            if association.inputs["subnetId"].name == subnet:
                return self.all[association.inputs["routeTableId"].name]
        return None

    @method_cache
    def leads(self, subnet: str, to: Address) -> str:
        """Where the subnet's router sends a packet: a gateway's name, local, or nowhere."""
        table, vpc = self.table(subnet), self.all[self.all[subnet].inputs["vpcId"].name]
        routes = [*(table.inputs["routes"] if table else ())]
        routes += [r.inputs for r in self.of("Route") if table and r.inputs["routeTableId"].name == table.name]
        best, way = -1, "nowhere"
        for route in [
            *routes,
            {"cidrBlock": vpc.inputs["cidrBlock"], "gatewayId": "local"},
            {"ipv6CidrBlock": vpc.inputs.get("ipv6CidrBlock", ""), "gatewayId": "local"},
        ]:
            target = next(route[key] for key in WAYS if key in route)
            cidrs = [route[key] for key in CIDR_KEYS if route.get(key)]
            if "destinationPrefixListId" in route:
                cidrs = [e["cidr"] for e in self.all[route["destinationPrefixListId"].name].inputs["entries"]]
            for cidr in cidrs:
                if within(to, cidr) and ipaddress.ip_network(cidr).prefixlen > best:
                    best = ipaddress.ip_network(cidr).prefixlen
                    way = target.name if isinstance(target, Ref) else target
        return "local" if way.startswith("eni-") else way

    @method_cache
    def passes_acl(self, subnet: str, direction: str, protocol: str, other: Address, port: int) -> bool:
        """Whether the subnet's network ACL lets one packet through: the lowest number that matches decides."""
        acls = [acl for acl in self.of("NetworkAcl") if any(ref.name == subnet for ref in acl.inputs["subnetIds"])]
        if not acls:
            return True
        rules = list(acls[0].inputs[direction])
        rules += [
            {**rule.inputs, "ruleNo": rule.inputs["ruleNumber"], "action": rule.inputs["ruleAction"]}
            for rule in self.of("NetworkAclRule")
            if rule.inputs["networkAclId"].name == acls[0].name and rule.inputs["egress"] == (direction == "egress")
        ]
        for rule in sorted(rules, key=lambda rule: rule["ruleNo"]):
            cidr = rule.get("cidrBlock") or rule.get("ipv6CidrBlock")
            same = rule["protocol"] in ("-1", protocol)
            if (
                same
                and within(other, cidr)
                and (rule["protocol"] == "-1" or rule["fromPort"] <= port <= rule["toPort"])
            ):
                return bool(rule["action"] == "allow")
        return False

    @method_cache
    def passes_groups(
        self, groups: tuple[str, ...], direction: str, service: Service, other: Address, carried: tuple[str, ...]
    ) -> bool:
        """Whether one rule of one group lets the connection through."""
        for name in groups:
            rules = list(self.all[name].inputs[direction])
            rules += [
                {
                    "protocol": r.inputs["ipProtocol"],
                    "securityGroups": [r.inputs["referencedSecurityGroupId"]]
                    if "referencedSecurityGroupId" in r.inputs
                    else [],
                    "cidrBlocks": [r.inputs[k] for k in ("cidrIpv4", "cidrIpv6") if k in r.inputs],
                    **r.inputs,
                }
                for r in self.of("SecurityGroupIngressRule" if direction == "ingress" else "SecurityGroupEgressRule")
                if r.inputs["securityGroupId"].name == name
            ]
            for rule in rules:
                if rule["protocol"] not in ("-1", service[0]):
                    continue
                if rule["protocol"] != "-1" and not rule["fromPort"] <= service[1] <= rule["toPort"]:
                    continue
                cidrs = [*rule.get("cidrBlocks", ()), *rule.get("ipv6CidrBlocks", ())]
                cidrs += [
                    e["cidr"] for ref in rule.get("prefixListIds", ()) for e in self.all[ref.name].inputs["entries"]
                ]
                peers = [ref.name for ref in rule.get("securityGroups", ())] + ([name] if rule.get("self") else [])
                if any(within(other, cidr) for cidr in cidrs) or set(peers) & set(carried):
                    return True
        return False

    # Who and what there is.

    def subnets_of(self, endpoint: str) -> list[str]:
        """The subnets in which an endpoint lies."""
        inputs = self.all[endpoint].inputs
        if "dbSubnetGroupName" in inputs:
            return [ref.name for ref in self.all[inputs["dbSubnetGroupName"].name].inputs["subnetIds"]]
        return [ref.name for ref in inputs["subnets"]] if "subnets" in inputs else [inputs["subnetId"].name]

    def groups_of(self, endpoint: str) -> tuple[str, ...]:
        """The security groups that it carries."""
        inputs = self.all[endpoint].inputs
        return tuple(ref.name for ref in inputs.get("vpcSecurityGroupIds", inputs.get("securityGroups", ())))

    def is_dual(self, endpoint: str) -> bool:
        """Whether it has IPv6 addresses."""
        inputs = self.all[endpoint].inputs
        return (
            inputs.get("networkType") == "DUAL"
            or inputs.get("ipAddressType") == "dualstack"
            or bool(inputs.get("ipv6AddressCount"))
        )

    def is_public(self, endpoint: str, version: int) -> bool:
        """Whether strangers can address it in a family."""
        inputs = self.all[endpoint].inputs
        public = (
            inputs.get("publiclyAccessible")
            or inputs.get("associatePublicIpAddress")
            or inputs.get("internal") is False
        )
        return bool(public) if version == 4 else self.is_dual(endpoint) and (bool(public) or "internal" not in inputs)

    @method_cache
    def in_subnet(self, subnet: str, *, dual: bool) -> list[Address]:
        """One address from each interval inside a subnet."""
        inputs = self.all[subnet].inputs
        cidrs = [inputs["cidrBlock"], *([inputs["ipv6CidrBlock"]] if dual and "ipv6CidrBlock" in inputs else [])]
        return [address for address in self.addresses if any(within(address, cidr) for cidr in cidrs)]

    def strangers(self) -> list[Address]:
        """One address from each interval outside."""
        return [
            address
            for address in self.addresses
            if (
                address in STRANGERS_V6
                if address.version == 6
                else not any(address in block for block in NOT_STRANGERS)
            )
        ]

    # Connections.

    def arrives(self, flow: Flow, origin: str | None, target_subnet: str, gate: str, *, relayed: bool = False) -> bool:
        """Whether packet and answer pass routers and network ACLs. ``origin`` is a subnet, None outside the VPC.

        ``gate`` is the gateway by which an outside packet comes in, empty inside.
        """
        if origin == target_subnet:
            return True
        if origin is None:
            if self.leads(target_subnet, flow.near) != gate:
                return False
        else:
            way = "local"
            if self.all[origin].inputs["vpcId"] != self.all[target_subnet].inputs["vpcId"]:
                links = self.of("VpcPeeringConnection")
                way = links[0].name if links else "none"
            # What is relayed is answered to the load balancer, whoever the client is.
            ends = self.in_subnet(origin, dual=True) if relayed else [flow.near]
            if self.leads(origin, flow.far) != way or all(self.leads(target_subnet, end) != way for end in ends):
                return False
            if not self.passes_acl(origin, "egress", flow.protocol, flow.far, flow.port):
                return False
            if not self.passes_acl(origin, "ingress", flow.protocol, flow.far, flow.own_port):
                return False
        return self.passes_acl(target_subnet, "ingress", flow.protocol, flow.near, flow.port) and self.passes_acl(
            target_subnet, "egress", flow.protocol, flow.near, flow.own_port
        )

    def listens(self, target: str, protocol: str, port: int) -> bool:
        """Whether the target listens there: databases on one port, load balancers where a listener is, hosts on all."""
        if self.all[target].type.endswith("LoadBalancer"):
            listeners = [r.inputs["port"] for r in self.of("Listener") if r.inputs["loadBalancerArn"].name == target]
            return not listeners or port in listeners
        return not self.all[target].type.endswith(("rds/instance:Instance",)) or (protocol, port) == ("tcp", 5432)
