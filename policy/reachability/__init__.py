"""Who can reach what in a stack, decided from its resources alone. ADR 13 says what is modelled."""
