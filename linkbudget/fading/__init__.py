"""Fading: how the received level scatters about that of the unshadowed line of sight."""
