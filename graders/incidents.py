"""Verdicts on a fault that was injected for a learner: whether it is repaired, and whether its cause was named."""

from __future__ import annotations

from course.faults.causes import CAUSES
from course.faults.incident import Incident
from graders.scene import Scene
from graders.verdict import PASS, Verdict, fail


def repaired(scene: Scene, incident: Incident) -> Verdict:
    """The symptom is gone, what was broken is whole, and nothing else is other than it was. Gives no cause away."""
    if shown := incident.shows(scene.lab):
        return fail("it is not repaired", "an answer, as before", shown, settled=False)
    left = incident.wrong(scene.lab)
    if not left:
        return PASS
    because = "it works again, by a way round the fault: the lab is not as it was before"
    return fail("it is not repaired", "all as it was before", "\n".join(left[:6]), because, settled=False)


def named(incident: Incident, cause: str) -> Verdict:
    """The label is the cause of the incident. Raises CourseError if there is no such label."""
    if incident.named(cause):
        return PASS
    return fail("that is not the cause", "the cause of what you saw", CAUSES[cause])
