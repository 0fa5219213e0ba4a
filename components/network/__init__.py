"""Network: addresses, subnets, routes, endpoints, flow logs."""
