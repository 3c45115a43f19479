"""Incidents: a fault that was injected into a lab, and whether it was mended.

`inject` breaks a lab over the teacher's socket and answers an Incident, which knows what was there before: keep it
where the learner does not look, and ask it later what is still wrong.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from course.errors import CourseError
from course.faults.catalogue import CATALOGUE
from course.faults.causes import CAUSES
from course.faults.fault import Fault, Symptom
from course.faults.look import Look
from course.faults.standing import Standing, compared, standing
from course.labhost.faults.cast import Cast
from course.labhost.records import from_data, to_json

if TYPE_CHECKING:
    from course.labs.lab import Lab


@dataclass(frozen=True, repr=False)
class Incident:
    """A fault that was injected: which, on which lab host, on whom, what was done, and what was there before.

    It can be kept as text (`to_text`, `Incident.from_text`). Its repr gives nothing away.
    """

    fault: str
    host: str
    cast: Cast
    done: str
    before: Standing

    def __repr__(self) -> str:
        return f"<incident on {self.host}>"

    def to_text(self) -> str:
        """All of it as JSON."""
        return to_json(self)

    @classmethod
    def from_text(cls, text: str) -> Incident:
        """From what `to_text` gave; raises ValueError."""
        import json

        return from_data(cls, json.loads(text))

    @property
    def entry(self) -> Fault:
        """Its entry in the catalogue."""
        return CATALOGUE[self.fault]

    @property
    def symptom(self) -> Symptom:
        """Its symptom, with the names of its cast."""
        return self.entry.symptom.of(self.cast, self.host)

    @property
    def about(self) -> str:
        """What is wrong, in one sentence."""
        names = asdict(self.cast) | {"host": self.host}
        return self.entry.about.format(**names)

    def look(self, lab: Lab) -> Look:
        """A fresh look at the lab host."""
        return Look(lab, self.host, self.cast)

    def there(self, lab: Lab) -> bool:
        """Whether the artifact that proves the fault is there."""
        return self.entry.artifact(self.look(lab))

    def shows(self, lab: Lab) -> str:
        """The symptom in words; empty if the question is answered as on a healthy lab."""
        symptom = self.symptom
        answers = symptom.ask(lab, self.host)
        failed = [answer for answer in answers if not answer.ok]
        if failed:
            few = f"{len(failed)} of {len(answers)} times: " if len(answers) > 1 else ""
            return f"{symptom.source} asks {symptom.target}, {few}{failed[0].outcome} ({failed[0].detail})"
        if not symptom.meant:
            return ""
        right = [end["IPAddress"] for end in self.look(lab).ends(symptom.meant).values()]
        got = answers[0].addresses or [answers[0].address]
        if set(got) & set(right):
            return ""
        whose = f"which {symptom.meant} does not have"
        return f"{symptom.source} asks {symptom.target}, and it is {', '.join(got)}, {whose}"

    def repair(self, lab: Lab) -> list[str]:
        """Commands that mend it."""
        return self.entry.repair(self.look(lab), self.before)

    def wrong(self, lab: Lab) -> list[str]:
        """What is not as it should be, in sentences: nothing, once it is repaired.

        The symptom must be gone, the artifact must be gone, and all else must be as it was before: a way round the
        fault (a port more, a network more, a line in a hosts file) leaves something behind.
        """
        shown = self.shows(lab)
        still = [] if not self.there(lab) else ["what was broken is still there"]
        return [*([shown] if shown else []), *still, *compared(self.before, standing(lab, self.host))]

    def named(self, cause: str) -> bool:
        """Whether this label is the cause. Raises CourseError if there is no such cause."""
        if cause not in CAUSES:
            raise CourseError(f"there is no cause {cause!r}", next="choose one of: " + ", ".join(CAUSES))
        return cause == self.entry.cause


def inject(lab: Lab, host: str, fault: str, **options: str | int) -> Incident:
    """Break the lab host, over the teacher's socket. ``options`` are fields of Cast: who plays whom.

    Raises CourseError if there is no such fault or option, or if the lab host cannot be broken like that.
    """
    if fault not in CATALOGUE:
        raise CourseError(f"there is no fault {fault!r}", next=f"there are: {', '.join(CATALOGUE)}")
    cast = _cast(lab, options)
    before = standing(lab, host)
    done = lab.all[host].admin("fault", name=fault, options=asdict(cast))
    return Incident(fault, host, cast, done["done"], before)


def _cast(lab: Lab, options: dict[str, str | int]) -> Cast:
    try:
        cast = from_data(Cast, options)
    except ValueError as error:
        raise CourseError(f"a fault cannot be played like that: {error}") from error
    lan = lab.all[cast.outsider].address if cast.outsider in lab.all else ""
    return replace(cast, lan=cast.lan or lan)
