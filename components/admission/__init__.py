"""What the API server refuses, whoever asks."""
