"""What a widget leaves behind where nobody can click: a picture, beside the live view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.errors import TopologyError
from course.topology.model import Topology


def still(bundle: Any, topology: Callable[[], Topology], text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget's own forms (``bundle``), with the picture of its topology for pages that cannot show it live.

    JupyterLab takes the live view; feedback, exported pages and editors without the widget's kernel show the picture.
    """
    from course.show.draw import draw

    data, about = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    try:
        forms, more = draw(topology())._repr_mimebundle_()
    except TopologyError:
        forms, more = {}, {}
    return {**forms, **data, "text/plain": text}, {**more, **about}
