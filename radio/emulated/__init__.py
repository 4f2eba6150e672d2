"""Radios that are not there, behind the protocol that their real drivers speak."""
