"""Lab hosts with more containers than fit side by side: their networks are continued in storeys, one under the other.

A storey has a line for each network that somebody in it is attached to. The lines of one network are joined by a spine
at the left; a dot marks the joint, as everywhere. Networks that no container joins are wrapped each for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

from course.show.shapes import Box, Frame, Spine

SPINE = 8.0  # between two spines
HUB = 4  # networks of a container, from which on all others make room for it
STEPS = (0.92, 0.84, 0.76)  # of the room: storeys that are as many, but narrower, are more alike
Place = Callable[[Frame], float]  # gives every box of a frame its place across; returns the right end


def wrapped(whole: Frame, right: float, room: float, place: Place) -> list[Frame]:
    """The frame alone if it fits, else storeys that do, where that is possible; all boxes are placed across."""
    if right <= room:
        return [whole]
    storeys: list[Frame] = []
    for lines in _joined_lines(whole):
        boxes = [
            box for box in whole.boxes if {stem.line for stem in box.stems} <= lines and bool(box.stems) == bool(lines)
        ]
        storeys += _balanced(replace(whole, inset=SPINE * len(lines)), sorted(lines), boxes, room, place)
    slots = [spine.x for spine in joined(whole, storeys).spines]
    for storey in storeys:
        storey.inset = max(slots, default=0)
        place(storey)
    return storeys


def joined(whole: Frame, storeys: list[Frame]) -> Frame:
    """The storeys as one frame, with spines."""
    if len(storeys) == 1:
        return storeys[0]
    made = replace(whole, lines=[], boxes=[], spines=[], inset=storeys[0].inset)
    copies: dict[int, list[int]] = defaultdict(list)
    for storey in storeys:
        first = len(made.lines)
        for number, line in enumerate(storey.lines):
            copies[line.colour].append(first + number)
        made.boxes += [_moved(box, {stem.line: stem.line + first for stem in box.stems}) for box in storey.boxes]
        made.lines += storey.lines
    for lines in copies.values():
        if len(lines) > 1:
            made.spines.append(Spine(lines, 6 + SPINE * _slot(made.spines, lines)))
    return made


def _slot(spines: list[Spine], lines: list[int]) -> int:
    """The first place from the left where no other spine runs beside it."""
    beside = [spine for spine in spines if spine.lines[0] <= lines[-1] and lines[0] <= spine.lines[-1]]
    taken = {round((spine.x - 6) / SPINE) for spine in beside}
    return next(slot for slot in range(len(spines) + 1) if slot not in taken)


def _joined_lines(whole: Frame) -> Iterator[set[int]]:
    """The lines that containers join with each other, and at the end none, for those on no network."""
    groups: list[set[int]] = []
    for joint in [{number} for number in range(len(whole.lines))] + [
        {s.line for s in box.stems} for box in whole.boxes
    ]:
        touched = [group for group in groups if group & joint]
        if joint:
            groups = [group for group in groups if group not in touched] + [joint.union(*touched)]
    yield from sorted(groups, key=min)
    if any(not box.stems for box in whole.boxes):
        yield set()


def _balanced(whole: Frame, lines: list[int], boxes: list[Box], room: float, place: Place) -> list[Frame]:
    """As few storeys as fit the room, and no wider than so many need to be."""
    best = _storeys(whole, lines, boxes, room, place)
    for step in STEPS if len(best) > 1 else ():
        narrower = _storeys(whole, lines, boxes, room * step, place)
        if len(narrower) > len(best):
            break
        best = narrower
    return best


def _storeys(whole: Frame, lines: list[int], boxes: list[Box], room: float, place: Place) -> list[Frame]:
    """Each box goes to the first storey that has room for it."""
    parts: list[list[Box]] = []
    for box in sorted(boxes, key=_order):
        fitting = (part for part in parts if place(_part(whole, lines, [*part, box])) <= room)
        part = next(fitting, None)
        if part is None:
            parts.append([box])
        else:
            part.append(box)
    storeys = [_part(whole, lines, part, all_lines=not number) for number, part in enumerate(parts or [[]])]
    seen: set[int] = set()
    for storey in storeys:
        for line in storey.lines:
            line.again = line.colour in seen
            seen.add(line.colour)
    return storeys


def _order(box: Box) -> tuple[bool, list[int]]:
    return len(box.stems) < HUB, [stem.line for stem in box.stems]


def _part(whole: Frame, lines: list[int], boxes: list[Box], all_lines: bool = False) -> Frame:
    """A storey with these boxes; every line of the networks is in the first one."""
    used = [line for line in lines if all_lines or any(stem.line == line for box in boxes for stem in box.stems)]
    place = {line: number for number, line in enumerate(used)}
    copies = [replace(whole.lines[line]) for line in used]
    return replace(whole, lines=copies, boxes=[_moved(box, place) for box in boxes])


def _moved(box: Box, lines: dict[int, int]) -> Box:
    """The same box, with other numbers of lines."""
    return replace(box, stems=[replace(stem, line=lines[stem.line]) for stem in box.stems])
