"""COP-1, which gets telecommand frames across a lossy link, each once and in order (CCSDS 232.1-B-2)."""
