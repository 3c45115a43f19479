"""What the engine of a lab host may be asked for, and who says no."""
