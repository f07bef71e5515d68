"""A record as the model will see it, asked for line by line.

`python -m curator.train.rows.showing MODEL KIND SYSTEM [LABEL ...]` reads the fields of a record as a JSON object on
each line of stdin, and answers each with one line: what is given, what is learned, and how many tokens each has, or
why it cannot be laid out. Labels are named where they are learned as codes. A process of its own keeps the
tokenizer's libraries out of the terminal UI.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from curator.errors import CuratorError
from curator.records import ROWS, Frozen
from curator.train.rows.render import Renderer, renderer_of


class Shown(Frozen):
    """A record as tokens."""

    given: str = ""
    """The part that is not learned, control tokens included."""
    learned: str = ""
    """The part that is learned, control tokens included."""
    given_tokens: int = 0
    learned_tokens: int = 0
    problem: str = ""
    """Why there is nothing to show, if there is not."""


def shown(renderer: Renderer, fields: Mapping[str, Any]) -> Shown:
    """Lay a record out."""
    try:
        row = ROWS[renderer.kind].model_validate({**fields, "id": "1"})
        rendered = renderer.render(row)
    except ValidationError as error:
        first = error.errors()[0]
        return Shown(problem=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    except CuratorError as error:
        return Shown(problem=error.problem)
    ids, length = list(rendered.ids), rendered.prompt_length
    decode = renderer.tokenizer.decode
    return Shown(
        given=decode(ids[:length]),
        learned=decode(ids[length:]),
        given_tokens=length,
        learned_tokens=len(ids) - length,
    )


def main(arguments: list[str]) -> None:
    """Answer line by line until stdin ends."""
    model, kind, system, *coded = arguments
    try:
        renderer = renderer_of(model, kind, system, coded)  # type: ignore[arg-type]
    except CuratorError as error:
        for _ in sys.stdin:
            print(Shown(problem=f"{error.problem} {error.remedy}").model_dump_json(), flush=True)
        return
    for line in sys.stdin:
        print(shown(renderer, json.loads(line)).model_dump_json(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
