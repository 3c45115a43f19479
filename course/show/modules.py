"""The browser's part of a widget: one ES module, put together from several small ones in ``js/``.

anywidget takes one module, and a notebook must not fetch others. So the parts are written as modules that import each
other, and are joined here: each once, as a function that returns what it exports, those that are imported first. What
the browser is given is minified, for it travels with the notebook's page and is parsed each time one is opened.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

JS = Path(__file__).with_name("js")
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([a-z_]+)\.js";$', re.M)
_EXPORT = re.compile(r"^export (?:const|let|function|class) (\w+)", re.M)


@cache
def module(name: str) -> str:
    """The module that begins in ``js/NAME.js``, whole and minified; its default is NAME's.

    Raises FileNotFoundError if a part of it is missing, ValueError if parts import each other in a circle.
    """
    import minify

    parts: dict[str, str] = {}
    _take(name, parts, ())
    whole = "\n".join([*parts.values(), f"export default ${name}.default;"])
    return str(minify.string("text/javascript", whole))


def _take(name: str, parts: dict[str, str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"{name}.js imports itself, by way of {above[-1]}.js")
    text = (JS / f"{name}.js").read_text(encoding="utf-8")
    for _, other in _IMPORT.findall(text):
        if other not in parts:
            _take(other, parts, (*above, name))
    exported = _EXPORT.findall(text)
    text = _IMPORT.sub(r"const \1=$\2;", text)
    if "export default " in text:
        exported.append("default:whole")
        text = text.replace("export default ", "const whole=")
    text = re.sub(r"^export ", "", text, flags=re.M)
    parts[name] = f"const ${name}=(()=>{{\n{text}return{{{','.join(exported)}}};}})();"
