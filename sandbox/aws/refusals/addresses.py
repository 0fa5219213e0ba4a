"""EC2: elastic addresses and prefix lists."""

from sandbox.aws.refusals.check import Account, Params, refuse, refuses


@refuses("ec2", "AllocateAddress")
def _address(api: Account, params: Params) -> None:
    zones = api.client("ec2").describe_availability_zones()["AvailabilityZones"]
    groups = {zone.get("NetworkBorderGroup") or zone["RegionName"] for zone in zones}
    group = params.get("NetworkBorderGroup")
    if group and group not in groups:
        refuse("InvalidParameterValue", f"{group} is not a valid network border group")


@refuses("ec2", "CreateManagedPrefixList")
def _prefix_list(_api: Account, params: Params) -> None:
    cidrs = [entry["Cidr"] for entry in params.get("Entries") or ()]
    if len(cidrs) > params["MaxEntries"]:
        refuse(
            "PrefixListMaxEntriesExceeded", f"{len(cidrs)} entries are more than the {params['MaxEntries']} of the list"
        )
    if len({*cidrs}) < len(cidrs):
        refuse("InvalidParameterValue", "An entry is named twice")
