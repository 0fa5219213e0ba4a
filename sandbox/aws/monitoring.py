"""Hooks for alarms and load balancers, whose settings AWS shapes otherwise than Pulumi."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws.api import Api
from sandbox.aws.hook import Hook, Props


def _dimensions(given: Any) -> list[dict[str, str]]:
    return [{"Name": key, "Value": value} for key, value in (given or {}).items()]


def _alarm_scope(_api: Api, props: Props) -> dict[str, Any]:
    """Pulumi's dimensions are maps, and a query's metric holds what AWS splits into metric and statistic."""
    queries = []
    for query in props.get("metricQueries") or ():
        # The provider says of each query whether it returns data; AWS's own default is that all do.
        made = {"returnData": False, **{key: value for key, value in query.items() if key != "metric"}}
        if query.get("metric"):
            metric = query["metric"]
            named = {key: metric.get(key) for key in ("namespace", "metricName")}
            stat = {key: metric.get(key) for key in ("period", "stat", "unit")}
            made["MetricStat"] = {**stat, "Metric": {**named, "Dimensions": _dimensions(metric.get("dimensions"))}}
        queries.append(made)
    return {"dimensions": _dimensions(props.get("dimensions")), "metricQueries": queries or None}


def _alarm_read(_api: Api, described: Any, _state: Props) -> dict[str, Any]:
    def plain(shown: Any) -> dict[str, Any]:
        lower = {key[0].lower() + key[1:]: value for key, value in shown.items()}
        return {**lower, "dimensions": {d["Name"]: d["Value"] for d in shown.get("Dimensions", ())}}

    queries = []
    for query in described.get("Metrics", ()):
        made = {key[0].lower() + key[1:]: value for key, value in query.items() if key != "MetricStat"}
        if "MetricStat" in query:
            stat = dict(query["MetricStat"])
            metric = stat.pop("Metric")
            made["metric"] = {**plain(stat), **plain(metric)}
        queries.append(made)
    return {"dimensions": plain(described)["dimensions"], "metricQueries": queries}


ATTRIBUTES = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
"""Source: the ELBv2 API reference, LoadBalancerAttribute; the bucket settings are in ``_LOGS``."""
_LOGS = {"accessLogs": "access_logs.s3", "connectionLogs": "connection_logs.s3"}
_NETWORK_ONLY = "dns_record.client_routing_policy"  # the provider sets the input for every kind


def _balancer_attributes(props: Props) -> dict[str, str]:
    made = {key: props[prop] for prop, key in ATTRIBUTES.items() if props.get(prop) is not None}
    if props.get("loadBalancerType") == "network":
        made[_NETWORK_ONLY] = props.get("dnsRecordClientRoutingPolicy")
    for prop, prefix in _LOGS.items():
        made |= {f"{prefix}.{name}": value for name, value in (props.get(prop) or {}).items() if value is not None}
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in made.items()}


def _balancer_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    before, after = _balancer_attributes(old or {}), _balancer_attributes(new)
    off = {
        f"{prefix}.enabled": "false" for prop, prefix in _LOGS.items() if (old or {}).get(prop) and not new.get(prop)
    }
    changed = [{"Key": k, "Value": v} for k, v in {**after, **off}.items() if before.get(k) != v]
    if changed:
        api.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=identifier, Attributes=changed)


def _balancer_read(api: Api, described: Any, state: Props) -> dict[str, Any]:
    arn = described["LoadBalancerArn"]
    answer = api.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    found = {entry["Key"]: entry["Value"] for entry in answer}
    shown = {prop: found[key] for prop, key in ATTRIBUTES.items() if key in found}
    shown = {prop: value == "true" if value in ("true", "false") else value for prop, value in shown.items()}
    shown = {prop: int(value) if str(value).isdigit() else value for prop, value in shown.items()}
    for prop, prefix in _LOGS.items():
        logs = {k.removeprefix(f"{prefix}."): v for k, v in found.items() if k.startswith(f"{prefix}.") and v}
        if state.get(prop) or logs.get("enabled") == "true":
            shown[prop] = {**logs, "enabled": logs.get("enabled") == "true"}
    return shown


def _rule_scope(_api: Api, props: Props) -> dict[str, Any]:
    """The deprecated ``isEnabled`` and ``state`` are one parameter."""
    switched = {True: "ENABLED", False: "DISABLED"}.get(props.get("isEnabled", ""))
    return {"ruleState": props.get("state") or switched}


def _rule_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    before, after = (_rule_scope(api, props or {})["ruleState"] or "ENABLED" for props in (old, new))
    if old is not None and before != after:
        switch = api.client("events").disable_rule if after == "DISABLED" else api.client("events").enable_rule
        switch(Name=identifier, EventBusName=new["eventBusName"])


def _rule_read(_api: Api, described: Any, state: Props) -> dict[str, Any]:
    shown = {"state": described["State"]}
    return {**shown, **({"isEnabled": described["State"] != "DISABLED"} if "isEnabled" in state else {})}


HOOKS: Mapping[str, Hook] = {
    "event_rule": Hook(("isEnabled", "state"), _rule_scope, _rule_apply, _rule_read),
    "alarm": Hook(scope=_alarm_scope, read=_alarm_read),
    "balancer": Hook(
        ("internal", *ATTRIBUTES, *_LOGS, "dnsRecordClientRoutingPolicy"),
        lambda _api, props: {"scheme": "internal" if props.get("internal") else "internet-facing"},
        _balancer_apply,
        _balancer_read,
    ),
}
