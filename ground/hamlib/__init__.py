"""hamlib's network protocols: programs for satellites steer the station, and the station steers rotators and radios."""
