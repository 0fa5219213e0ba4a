"""The sandbox's AWS plugin against a real moto process."""
