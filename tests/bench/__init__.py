"""What a preview and the policy pack cost."""
