"""Receiving with a software-defined radio: the device in a process of its own, and the port that takes its samples."""
