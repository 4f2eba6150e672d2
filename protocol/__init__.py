"""Bytes: messages, packets, transfer frames and serial frames. Pure: no clock, socket, thread or file."""
