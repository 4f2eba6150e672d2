"""Packet radios on a serial line: frames instead of samples."""
