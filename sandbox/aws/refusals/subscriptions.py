"""SNS: what a subscription's endpoint looks like, and its attributes."""

import re
from typing import Final

from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses, require_json

ENDPOINTS: Final = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s.]+",
    "email-json": r"[^@\s]+@[^@\s]+\.[^@\s.]+",
    "http": r"http://[^\s/]+\S*",
    "https": r"https://[^\s/]+\S*",
    "sms": r"\+?[0-9][0-9 -]{5,19}",
    "sqs": r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w.-]+",
    "lambda": r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w:-]+",
    "firehose": r"arn:aws[a-z-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream/[\w.-]+",
    "application": r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:endpoint/\S+",
}
RAW: Final = ("sqs", "http", "https", "firehose")


@refuses("sns", "Subscribe")
def _subscription(_api: Account, params: Params) -> None:
    protocol, endpoint = params["Protocol"], params.get("Endpoint") or ""
    if protocol not in ENDPOINTS:
        refuse("InvalidParameter", f"Invalid parameter: Does not support this protocol string: {protocol}")
    if not re.fullmatch(ENDPOINTS[protocol], endpoint):
        refuse("InvalidParameter", f"Invalid parameter: Endpoint {endpoint} is none of protocol {protocol}")
    if params["TopicArn"].endswith(".fifo") and protocol != "sqs":
        refuse("InvalidParameter", f"Invalid parameter: Invalid protocol type: {protocol}")


@refuses("sns", "SetSubscriptionAttributes")
def _change(api: Account, params: Params) -> None:
    name, value = params["AttributeName"], params.get("AttributeValue") or ""
    held = found(api.client("sns").get_subscription_attributes, SubscriptionArn=params["SubscriptionArn"])
    protocol = held["Attributes"].get("Protocol") if held else None
    if name in ("FilterPolicy", "RedrivePolicy", "DeliveryPolicy") and value:
        require_json(name, value)
    if name == "RawMessageDelivery" and value.lower() == "true" and protocol not in RAW:
        refuse("InvalidParameter", f"Invalid parameter: Attributes Reason: RawMessageDelivery: not for {protocol}")
    if name == "FilterPolicyScope" and value not in ("MessageAttributes", "MessageBody"):
        refuse("InvalidParameter", "Invalid parameter: FilterPolicyScope: MessageAttributes or MessageBody")
    if name == "RedrivePolicy" and value and "deadLetterTargetArn" not in value:
        refuse("InvalidParameter", "Invalid parameter: RedrivePolicy: deadLetterTargetArn is missing")
