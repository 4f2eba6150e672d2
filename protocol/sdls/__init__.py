"""Space data link security (CCSDS 355.0-B-2): AES-256-GCM on telecommand and telemetry frames."""
