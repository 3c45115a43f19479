"""Whether a name leads somewhere, as the source itself would look it up."""

from __future__ import annotations

from dataclasses import dataclass

from course.labhost.records import Answer, Probe
from graders import explain
from graders.facts import Place
from graders.reach import TRY, aim, ask, case, explained
from graders.scene import Scene, is_address
from graders.silence import ROUNDS
from graders.traffic import Wish
from graders.verdict import PASS, Verdict, error, fail


@dataclass
class Resolves:
    """``source`` finds an address for ``name``; one of ``to`` (a container, a machine or an address) if it is given."""

    source: str
    name: str
    to: str = ""

    def look(self, scene: Scene) -> Verdict:
        """One lookup."""
        source = scene.need_place(self.source)
        right = set(self._right(scene))
        answer = ask(scene, source, Probe("dns", source.view, self.name, timeout=TRY))
        if answer.outcome == "broken":
            return error(f"{self.source} could not be asked to look up {self.name}", answer.detail)
        if not answer.ok:
            return self._explained(scene, source, answer)
        if self.to and not right & set(answer.addresses):
            headline = f'{self.source} resolves "{self.name}" to another address'
            expected = f"{' or '.join(sorted(right))}, which {self.to} has"
            verdict = fail(headline, expected, answer.detail, settled=False)
            target = aim(scene, Wish("dns", self.source, self.to), source)
            found = case(scene, Wish("dns", self.source, self.name), source, target, answer)
            return explained(verdict, explain.why_not(found))
        return PASS

    def _right(self, scene: Scene) -> tuple[str, ...]:
        if not self.to or is_address(self.to):
            return (self.to,)
        return scene.addresses(scene.need_place(self.to))

    def _explained(self, scene: Scene, source: Place, answer: Answer) -> Verdict:
        verdict = fail(f'{self.source} cannot resolve "{self.name}"', "an address", answer.detail, settled=False)
        wish = Wish("dns", self.source, self.name)
        if scene.place(self.name) is None and not scene.named(self.name):
            because = f"no container is called {self.name}, and none has it as an alias"
            return verdict.with_reason(because, "", why="unknown-name")
        target = aim(scene, wish, source)
        return explained(verdict, explain.why_not(case(scene, wish, source, target, answer)))


@dataclass
class Unknown:
    """A name server tells ``source`` clearly that there is no such name, in two rounds in a row.

    A name server that keeps silent is no proof: then names do not work at all. With a ``control`` the name must
    resolve there at the same time.
    """

    source: str
    name: str
    control: str = ""

    def look(self, scene: Scene) -> Verdict:
        """Two rounds; the verdict of the first that finds something else."""
        rounds = (self._round(scene) for _ in range(ROUNDS))
        return next((verdict for verdict in rounds if not verdict.passed), PASS)

    def _round(self, scene: Scene) -> Verdict:
        if self.control:
            control = Resolves(self.control, self.name).look(scene)
            if not control.passed:
                return control
        source = scene.need_place(self.source)
        answer = ask(scene, source, Probe("dns", source.view, self.name, timeout=TRY))
        if answer.outcome == "no-name":
            return PASS
        if answer.ok:
            return fail(f'{self.source} resolves "{self.name}"', "no address for that name", answer.detail)
        if answer.outcome == "broken":
            return error(f"{self.source} could not be asked to look up {self.name}", answer.detail)
        headline = f"{self.source} cannot look up any name"
        return fail(headline, f'a clear "no such name" for {self.name}', answer.detail, settled=False)
