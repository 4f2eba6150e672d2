"""Where a satellite is, when it passes over, and whether the Sun shines on it."""
