"""Forms of text that the real provider checks before AWS sees a value: ARNs, CIDR blocks, documents, times.

Each form is a predicate over text. Source: terraform-provider-aws v6.58.0, internal/verify and internal/types, and the
validators of the Terraform plugin SDK.
"""

import datetime as dt
import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}", re.ASCII)
_PARTITION = re.compile(r"aws(-[a-z]+)*")
_ACCOUNT = re.compile(r"aws|aws-managed|third-party|aws-marketplace|partner-managed|\d{12}|cw.{10}", re.ASCII)
_WEEKDAY = "(mon|tue|wed|thu|fri|sat|sun)"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_PATTERNS = {
    "account": r"\d{12}",
    "base64": r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)",
    "bool": r"|[01tTfF]|true|TRUE|True|false|FALSE|False",
    "count": r"|\d+",
    "duration": r"\+?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)",
    "day-window": f"{_CLOCK}-{_CLOCK}",
    "week-window": f"(?i:{_WEEKDAY}:{_CLOCK}-{_WEEKDAY}:{_CLOCK})",
}
_IANA_NAMES = """
all hopopt icmp igmp ggp ipv4 st tcp cbt egp igp bbn-rcc-mon nvp-ii pup argus emcon xnet chaos udp mux
dcn-meas hmp prm xns-idp trunk-1 trunk-2 leaf-1 leaf-2 rdp irtp iso-tp4 netblt mfe-nsp merit-inp dccp 3pc idpr xtp ddp
idpr-cmtp tp++ il ipv6 sdrp ipv6-route ipv6-frag idrp rsvp gre dsr bna esp ah i-nlsp swipe narp mobile tlsp ipv6-icmp
ipv6-nonxt ipv6-opts cftp sat-expak kryptolan rvd ippc sat-mon visa ipcv cpnx cphb wsn pvp br-sat-mon sun-nd wb-mon
wb-expak iso-ip vmtp secure-vmtp vines ttp nsfnet-igp dgp tcf eigrp ospfigp sprite-rpc larp mtp ax.25 ipip micp scc-sp
etherip encap gmtp ifmp pnni pim aris scps qnx a/n ipcomp snp compaq-peer ipx-in-ip vrrp pgm l2tp dd iatp stp srp uti
smp sm ptp isis-over-ipv4 fire crtp crudp sscopmce iplt sps pipe sctp fc rsvp-e2e-ignore mobility-header udplite
mpls-in-ip manet hip shim6 wesp rohc
"""
"""Names of protocols by which a network ACL's entry may be given. Source: the IANA registry of protocol numbers."""
_SECURITY_GROUP_NAMES = ("all", "tcp", "udp", "icmp", "icmpv6", "58")


def _whole(form: str) -> Callable[[str], bool]:
    pattern = re.compile(form, re.ASCII)
    return lambda value: pattern.fullmatch(value) is not None


def _arn(value: str) -> bool:
    """Whether a value has an ARN's parts; an empty one is none and passes."""
    parts = value.split(":", 5)
    if not value:
        return True
    if len(parts) < 6 or parts[0] != "arn":
        return False
    _, partition, service, region, account, resource = parts
    return bool(
        _PARTITION.fullmatch(partition)
        and service
        and resource
        and (not region or REGION.fullmatch(region))
        and (not account or _ACCOUNT.fullmatch(account))
    )


def network(value: str, *, host_bits: bool = False) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The CIDR block that a text is, with a prefix length and, unless ``host_bits``, without bits behind it."""
    if not re.search(r"/\d{1,3}\Z", value, re.ASCII):
        return None
    with suppress(ValueError):
        return ipaddress.ip_network(value, strict=not host_bits)
    return None


def _block(version: int) -> Callable[[str], bool]:
    return lambda value: getattr(network(value), "version", None) == version


def _address(*versions: int) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        with suppress(ValueError):
            return ipaddress.ip_address(value).version in versions
        return False

    return check


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"{key} is given twice")
        made[key] = value
    return made


def _parses(value: str, **options: Any) -> bool:
    with suppress(ValueError, RecursionError):
        json.loads(value, **options)
        return True
    return False


def _time(pattern: str, form: str) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        if re.fullmatch(form, value, re.ASCII):
            with suppress(ValueError):
                return bool(dt.datetime.strptime(value[: len("2026-01-01T00:00:00")], pattern).replace(tzinfo=dt.UTC))
        return False

    return check


def _https(value: str) -> bool:
    with suppress(ValueError):
        parts = urlsplit(value)
        return parts.scheme == "https" and bool(parts.netloc) and not parts.query
    return False


def _acl_protocol(value: str) -> bool:
    return value in _IANA_NAMES.split() or value in {str(number) for number in range(-1, 255)}


def _group_protocol(value: str) -> bool:
    return value.lower() in _SECURITY_GROUP_NAMES or value in {str(number) for number in range(-1, 256)}


_SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
FORMS: dict[str, Callable[[str], bool]] = {
    **{name: _whole(form) for name, form in _PATTERNS.items()},
    "arn": _arn,
    "cidr": lambda value: network(value, host_bits=True) is not None,
    "cidr4": _block(4),
    "cidr6": _block(6),
    "ip": _address(4, 6),
    "ip4": _address(4),
    "ip6": _address(6),
    "json": lambda value: not value or _parses(value),
    "policy": lambda value: value.strip().startswith("{") and _parses(value, object_pairs_hook=_unique),
    "date": _time("%Y-%m-%d", r"\d{4}-\d\d-\d\d"),
    "utc": _time("%Y-%m-%dT%H:%M:%S", rf"{_SECONDS}Z"),
    "rfc3339": _time("%Y-%m-%dT%H:%M:%S", rf"{_SECONDS}(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "https": _https,
    "acl-protocol": _acl_protocol,
    "group-protocol": _group_protocol,
}
REQUIREMENT = {
    "account": "an account id of 12 digits",
    "acl-protocol": "a protocol's number or IANA name",
    "arn": "an ARN",
    "base64": "base64",
    "bool": "true or false",
    "cidr": "a CIDR block",
    "cidr4": "an IPv4 CIDR block without host bits",
    "cidr6": "an IPv6 CIDR block without host bits",
    "count": "a number that is not negative",
    "date": "a date YYYY-MM-DD",
    "day-window": "a window hh:mm-hh:mm",
    "duration": "a duration such as 10m",
    "group-protocol": "tcp, udp, icmp, icmpv6, -1 or a protocol's number",
    "https": "an https URL without query",
    "ip": "an IP address",
    "ip4": "an IPv4 address",
    "ip6": "an IPv6 address",
    "json": "a JSON document",
    "policy": "a policy as a JSON object",
    "rfc3339": "a time as in RFC 3339",
    "utc": "a time YYYY-MM-DDThh:mm:ssZ",
    "week-window": "a window ddd:hh:mm-ddd:hh:mm",
}
"""What a value must be, for messages."""
