"""Questions asked with real packets, and what their answers mean."""
