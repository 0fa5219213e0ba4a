"""Who can reach what in a stack, decided from its resources alone. ADR "What the reachability solver models"."""
