"""Satellites in orbit whose frames can be received: parameters as data."""
