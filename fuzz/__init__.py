"""Octets that nobody promised anything about, given to all that reads octets from outside. Nothing imports it."""
