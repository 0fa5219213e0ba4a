"""Private PostgreSQL databases and their alarms."""
