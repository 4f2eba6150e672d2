"""Modes: what a rate, a modulation and a code ask of the link."""
