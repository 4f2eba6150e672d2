"""Low-density parity-check codes: AR4JA for telemetry (131.0-B section 7), two short ones for telecommand (231.0-B)."""
