"""Campaigns: points measured one by one, each beside what was predicted for it."""
