"""Comments on previews of the real engine."""
