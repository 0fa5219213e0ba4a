"""What ``charts/`` holds that is made from other data: the values of every service, and the sums of released charts."""
