"""Services, teams, external dependencies and versions, joined."""
