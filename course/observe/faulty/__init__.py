"""The catalogue of faults: what breaks, what proves it, what one sees, and how it is mended."""
