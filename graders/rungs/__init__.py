"""The rungs of the ladder that `graders.explain` climbs, lowest first; one file for each part of the way."""
