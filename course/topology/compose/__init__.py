"""Topologies as Compose files: `read_compose` and `write_compose`."""

from course.topology.compose.reading import Reading, read_compose
from course.topology.compose.writing import write_compose

__all__ = ["Reading", "read_compose", "write_compose"]
