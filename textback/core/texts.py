"""What a text says: templates with {{variables}}."""

import re
from collections.abc import Iterator, Mapping

from textback.core.errors import Problem

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")

LONGEST = 1000  # characters; seven SMS, more than anybody reads from a stranger
VARIABLES = ("firm", "phone")


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with its variables filled in, once: a value is never read as a template."""
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)


def text_problems(field: str, template: str) -> Iterator[Problem]:
    """What is wrong with a text that is to be sent."""
    if len(template) > LONGEST:
        yield Problem(field, f"the text is too long: at most {LONGEST} characters")
    if "{{firm}}" not in template:
        yield Problem(field, "the text must name the firm: write {{firm}} where the name belongs")
    for name in _VARIABLE.findall(template):
        if name not in VARIABLES:
            known = " and ".join(f"{{{{{variable}}}}}" for variable in VARIABLES)
            yield Problem(field, f"{{{{{name}}}}} is not a variable; there are {known}")
