"""What the tests of the cluster share."""
