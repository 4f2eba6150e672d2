"""Decibels: orbit, pass, losses, noise and margin. Pure numbers."""
