"""Packets heard at any place of the machine, and what their bytes say."""
