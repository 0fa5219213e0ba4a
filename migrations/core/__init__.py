"""PostgreSQL of the core services."""
