"""Faults: what can be broken on purpose, how it shows, what it is called, and whether it was mended."""
