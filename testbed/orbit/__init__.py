"""A whole orbit: both programs and the board over contacts and eclipses, frame by frame."""
