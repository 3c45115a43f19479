"""A learner's values as a table that says what to type."""

from __future__ import annotations

import dataclasses


class Sheet:
    """Base of a frozen dataclass (``repr=False``) that shows itself as rows of ``mine.name`` and value."""

    def __repr__(self) -> str:
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        width = max(map(len, names))
        return "\n".join(f"mine.{name:<{width}}   {getattr(self, name)}" for name in names)
