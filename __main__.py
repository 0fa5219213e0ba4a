"""The platform on one screen: settings, then the layers, each built on the one before."""

import pulumi

from layers import access, data, foundation, secrets
from stacks import settings, tags

current = settings.current()
tags.register(current.tags)

base = foundation.build(current)
reach = access.build(current, base)
database = data.build(current, base, reach)
secrets.export(secrets.build(current, base, reach, database))

pulumi.export("tailnet", current.tailnet)
pulumi.export("vpcId", base.network.vpc_id)
pulumi.export("privateSubnetIds", base.network.private.subnet_ids)
pulumi.export("databaseAddress", database.address)
pulumi.export("databaseSecretArn", database.master_secret_arn)
pulumi.export("alertTopicArn", base.alerts.arn)
pulumi.export("stateBucket", base.state.bucket)
