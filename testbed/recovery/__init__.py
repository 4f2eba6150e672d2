"""Campaigns that show that nothing is lost: a prompt that was accepted is answered, once, whatever happens."""
