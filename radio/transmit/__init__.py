"""Transmission by a device, and the interlock that it is behind."""
