"""Faults that a rig is given on purpose: what they are, when they come, and how they are carried out."""
