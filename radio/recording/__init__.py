"""Recordings of signals: WAV, SigMF and raw IQ files, read in blocks and written."""
