"""The gateway: what a browser, a client library and other tools know of a station, from its events alone."""
