"""The spacecraft program: inference, command handling, telemetry and the board."""
