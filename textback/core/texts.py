"""What a text says: templates with {{variables}}."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")

VARIABLES = frozenset({"firm"})


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with its variables filled in, once: a value is never read as a template."""
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)


def unknown_variables(template: str) -> list[str]:
    """The variables in `template` that nothing would fill in, in their order."""
    return [name for name in _VARIABLE.findall(template) if name not in VARIABLES]
