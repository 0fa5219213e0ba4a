"""How far the roadmap is, clause by clause, service by service and stack by stack, and how that moves."""
