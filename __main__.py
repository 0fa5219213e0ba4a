"""The platform on one screen: settings, then the layers, each built on the ones before."""

import pulumi

from layers import access, argocd, data, delivery, foundation, functions, namespaces, secrets
from stacks import settings, tags

stack = settings.current()
tags.register(stack.tags)

foundation_layer = foundation.build(stack)
access_layer = access.build(stack, foundation_layer)
data_layer = data.build(stack, foundation_layer, access_layer)
secrets_layer = secrets.build(stack, foundation_layer, access_layer, data_layer)
functions.build(foundation_layer)
delivery_layer = delivery.build(stack, foundation_layer, access_layer)
cluster = namespaces.build(stack, delivery_layer)
token = argocd.build(stack, foundation_layer, access_layer, delivery_layer, cluster)

pulumi.export("tailnet", stack.tailnet)
foundation.export(foundation_layer)
data.export(data_layer)
secrets.export(secrets_layer)
delivery.export(delivery_layer)
argocd.export(token)
