"""Channel coding (CCSDS 131.0-B, 231.0-B): octets to channel symbols and back."""
