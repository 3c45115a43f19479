"""What runs inside a lab host, and the records it speaks in. Standard library and Debian packages only."""
