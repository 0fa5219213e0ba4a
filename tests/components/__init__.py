"""Components under Pulumi's mocks."""
