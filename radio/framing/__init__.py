"""Where frames begin and end in a stream of symbols."""
