"""Starts a rig, runs a scenario on it, traces it and reports."""
