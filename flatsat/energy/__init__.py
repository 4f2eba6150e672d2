"""What inference costs: where energy and temperature are read, and when they forbid to begin."""
