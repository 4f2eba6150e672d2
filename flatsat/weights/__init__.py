"""A model's weights in memory: hashed, scrubbed, restored from disk, and flipped to see that all this works."""
