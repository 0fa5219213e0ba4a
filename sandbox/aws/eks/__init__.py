"""Amazon EKS as the emulated account has it: clusters, node groups, add-ons, access entries, pod identity, tokens."""
