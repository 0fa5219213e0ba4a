"""A database, a network, and what the environment asks for: a secret (``SECRET``), a network only read (``READ``)."""

import os

import pulumi
from pulumi_aws.ec2.subnet import Subnet
from pulumi_aws.ec2.vpc import Vpc
from pulumi_aws.rds.instance import Instance
from pulumi_aws.rds.subnet_group import SubnetGroup
from pulumi_aws.secretsmanager.secret import Secret

vpc = Vpc("audit::events", cidr_block="10.0.0.0/16", tags={"Name": "one"})
subnets = [
    Subnet(f"data-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{n}.0/24", availability_zone=f"eu-central-1{zone}")
    for n, zone in enumerate("ab")
]
Instance(
    "core",
    engine="postgres",
    engine_version="16",
    instance_class="db.t4g.micro",
    allocated_storage=20,
    max_allocated_storage=100,
    storage_type="gp3",
    username="steward",
    manage_master_user_password=True,
    db_subnet_group_name=SubnetGroup("data", subnet_ids=[subnet.id for subnet in subnets]).name,
    skip_final_snapshot=True,
)
if os.environ.get("SECRET"):
    Secret("audit", name="audit", description="what comes and goes")
if os.environ.get("READ"):
    Vpc.get("shared", os.environ["READ"])
pulumi.export("nested", {"list": [pulumi.Output.secret("hush"), 1]})
