"""How a topology is made real: what `course.topology.converge` is made of."""
