"""What a widget leaves behind where nobody can click: a picture, beside the live view."""

from __future__ import annotations

from typing import Any

from course.errors import TopologyError


def still(bundle: Any, thing: Any, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget's own forms (``bundle``), with the picture of a thing for pages that cannot show it live.

    ``thing`` is what `course.draw` takes, or a function that gives it; one that makes no sense has no picture.
    JupyterLab takes the live view; feedback, exported pages and editors without the widget's kernel show the picture.
    """
    from course.show.draw import draw

    data, about = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    try:
        forms, more = draw(thing() if callable(thing) else thing)._repr_mimebundle_()
    except TopologyError:
        forms, more = {}, {}
    return {**forms, **data, "text/plain": text}, {**more, **about}
