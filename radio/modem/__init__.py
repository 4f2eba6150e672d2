"""The modem: channel symbols to samples and back."""
