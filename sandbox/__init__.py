"""The engine, provider plugins and emulated account that stand in for the cloud."""
