"""What the way between spacecraft and ground does to a signal."""
