"""What mission control systems read of a station: telemetry packets and their database, metrics, logs."""
