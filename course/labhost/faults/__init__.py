"""What can be broken on a machine on purpose."""
