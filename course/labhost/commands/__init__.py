"""Textbook commands on the machine itself: which may run, and running them."""
