"""What must not work: silence that is believed only beside a control that is answered."""

from __future__ import annotations

from dataclasses import dataclass

from course.labhost.records import Answer, Probe
from graders import explain, namespaces
from graders.facts import Place
from graders.reach import aim, case, explained
from graders.scene import Scene
from graders.traffic import NOWHERE, Target, Wish, as_control, control_failed, intruded, protocol
from graders.verdict import PASS, Verdict, error, fail, undecided

QUIET = {"icmp": 0.08, "tcp": 0.08}  # seconds: these are answered by the other end's kernel, at once
QUIET_PROGRAM = 0.25  # and these by a program, which must be given the processor first
LONGEST = 3.0
ROUNDS = 2


class Patience:
    """How long a probe that nobody answers is waited for, in ``seconds``.

    A control that takes more than half of that makes its round count for nothing: on a machine as slow as that,
    whoever must not be answered might have been, had we waited. The next round waits longer.
    """

    def __init__(self, kind: str) -> None:
        self.seconds = QUIET.get(kind, QUIET_PROGRAM)

    def covers(self, control_ms: float) -> bool:
        """Whether the wait was long enough beside a control that took so many ms; if not, the next is longer."""
        needed = control_ms / 1000 * 2
        if needed > self.seconds:
            self.grow(needed)
            return False
        return True

    def grow(self, needed: float = 0.0) -> None:
        """Wait at least twice as long from now on."""
        self.seconds = min(max(self.seconds * 2, needed * 2), LONGEST)


@dataclass(frozen=True)
class Stage:
    """Who asks whom, and who does the same beside them as a control."""

    source: Place
    target: Target
    beside: Place
    same: Target


class Cannot:
    """A wish that must not come true.

    Every round sends the same probe from a *control* too, where it must work: from the source that was named as one,
    otherwise from inside the target itself. The fact holds when two rounds in a row find the control answered and
    every other probe (by name, and by every address of the target) unanswered.
    """

    def __init__(self, wish: Wish, control: str = "") -> None:
        self.wish = wish
        self.named = control
        self.control = as_control(wish, control or wish.end)
        self.patience = Patience(wish.kind)

    def look(self, scene: Scene) -> Verdict:
        """Two rounds; the verdict of the first that finds something else."""
        stage = self._stage(scene)
        rounds = (self._round(scene, stage) for _ in range(ROUNDS))
        return next((verdict for verdict in rounds if not verdict.passed), PASS)

    def _stage(self, scene: Scene) -> Stage:
        source = scene.need_place(self.wish.source)
        target = aim(scene, self.wish, source, everywhere=True)
        beside = scene.need_place(self.named) if self.named else target.place
        if beside is None:
            raise ValueError(f"nobody in this lab has the address {self.wish.end}: the check must name a control")
        return Stage(source, target, beside, aim(scene, self.control, beside, everywhere=True))

    def _round(self, scene: Scene, stage: Stage) -> Verdict:
        tried = self._questions(self.wish, stage.source, stage.target.all_ends)
        # Whoever asks itself needs no name, and may use the loopback.
        ends = stage.same.all_ends if self.named else stage.same.own_ends
        answers = scene.ask([*tried, *self._questions(self.control, stage.beside, ends)])
        verdict = self._trespass(scene, stage, answers[: len(tried)])
        return verdict or self._compared(scene, stage, answers[len(tried) :] or [NOWHERE])

    def _questions(self, wish: Wish, source: Place, ends: list[str]) -> list[tuple[Place, Probe]]:
        return [(source, wish.probe(source.view, end, self.patience.seconds)) for end in ends]

    def _trespass(self, scene: Scene, stage: Stage, answers: list[Answer]) -> Verdict | None:
        for answer in answers:
            if answer.outcome == "broken":
                return error(f"{self.wish.source} could not be asked to probe {self.wish}", answer.detail)
            if answer.ok:
                reason = explain.why_so(case(scene, self.wish, stage.source, stage.target, answer))
                return explained(intruded(self.wish, answer), reason)
        return None

    def _compared(self, scene: Scene, stage: Stage, answers: list[Answer]) -> Verdict:
        worked = [answer.ms for answer in answers if answer.ok]
        if not worked:
            self.patience.grow()
            return self._no_control(scene, stage, answers[0])
        if self.patience.covers(min(worked)):
            return PASS
        return undecided(f"whether {self.wish.unwanted} could not be told", f"the control took {min(worked):.0f} ms")

    def _no_control(self, scene: Scene, stage: Stage, answer: Answer) -> Verdict:
        """Is it the learner's work that is missing, or can the lab not tell?"""
        if self.named:
            verdict = control_failed(self.wish, self.control, answer)
            return explained(verdict, explain.why_not(case(scene, self.control, stage.beside, stage.same, answer)))
        return unheard(scene, stage.beside, self.wish.at, protocol(self.wish.kind), answer)


def unheard(scene: Scene, place: Place, port: int, protocol: str, answer: Answer) -> Verdict:
    """A place that does not answer itself: nothing listens there, which is a fail, or the lab is broken."""
    if port:
        found = namespaces.listening(scene.view(place).listeners, place.name, port, "", protocol)
        if not found.passed:
            return found
    if not any(link.name == "lo" and link.up for link in scene.view(place).interfaces):
        bare = place.view.removeprefix("netns:")
        next = f"%%on {place.host}\nip -n {bare} link set lo up" if bare != place.view else ""
        headline = f"{place.name} cannot reach itself"
        return fail(headline, "an interface lo that is up", "lo is down", "a namespace reaches itself by lo", next)
    because = "the same probe must work somewhere before its failure means anything"
    return error(f"{place.name} does not answer itself", answer.detail, because)
