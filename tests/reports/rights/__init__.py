"""Whether the roles may do what they must."""
