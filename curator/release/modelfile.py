"""A Modelfile: what Ollama has to know of a GGUF file to ask it as it was trained to be asked.

The format: https://docs.ollama.com/modelfile. Its TEMPLATE is one of Go (https://pkg.go.dev/text/template), filled with
`.System` and `.Messages`; the token that begins a text is left out of it, for the GGUF file says that it is put there.
"""

from __future__ import annotations

import re

from curator.errors import CuratorError
from curator.release.layout import Pieces, pieces_of
from curator.train.rows.render import Renderer

_HEAD = "# Written by Curator. Make the model with: ollama create NAME -f THIS_FILE"
_NO_TEMPLATE = """\
# Ollama must be told how conversations are laid out: the chat template of this model does more than put fixed pieces
# around each turn, so no TEMPLATE is written here. A wrong one would ask the model otherwise than it was trained. Take
# the one of the base model in Ollama's library, if there is one (ollama show --modelfile MODEL)."""
_NO_SYSTEM = (
    "# The project's system prompt has characters that a Modelfile cannot hold; give it with each request."
)
_CODES = "# The answers are codes of labels:"
_PARTS = re.compile(r'\{\{|""+|.', re.DOTALL)
"""What means something to Go or to the reader of Modelfiles, and every other character."""


def modelfile(renderer: Renderer, system: str, file_name: str) -> str:
    """The Modelfile for a GGUF file beside it; `system` is the project's system prompt.

    Raises:
        CuratorError: no Modelfile can name such a file.
    """
    if not file_name.isprintable() or '"' in file_name:
        raise CuratorError(
            f"A Modelfile cannot name {file_name!r}.", "Give the file a plain name with --out."
        )
    lines = [_HEAD, f'FROM "./{file_name}"']
    template = template_of(renderer)
    lines.append(_NO_TEMPLATE if template is None else f'TEMPLATE """{template}"""')
    if template is not None and system.strip() and renderer.kind != "text":
        lines.append(f'SYSTEM """{system}"""' if _can_be_held(system) else _NO_SYSTEM)
    ends = renderer.tokenizer.convert_ids_to_tokens(sorted(renderer.end_ids))
    lines += [f"PARAMETER stop {_quoted(end)}" for end in ends]
    if renderer.codes is not None:
        lines += [_CODES, *(f"#   {line}" for line in renderer.codes.legend.splitlines())]
    return "\n".join([*lines, "PARAMETER temperature 0", ""])


def template_of(renderer: Renderer) -> str | None:
    """The layout of a model's conversations in Go's template language; None if it cannot be said in it."""
    if renderer.kind == "text":
        return "{{ .Prompt }}"
    pieces = pieces_of(renderer)
    if pieces is None or _repeats_bos(pieces, renderer):
        return None
    return _in_go(_with_codes(_without_bos(pieces, renderer), renderer))


def _repeats_bos(pieces: Pieces, renderer: Renderer) -> bool:
    """Whether the token that begins a text stands before each turn of the user, where it cannot be left out."""
    return renderer.begins_with_bos and pieces.user[0].startswith(renderer.tokenizer.bos_token)


def _without_bos(pieces: Pieces, renderer: Renderer) -> Pieces:
    if not renderer.begins_with_bos:
        return pieces
    bos = renderer.tokenizer.bos_token
    system = pieces.system and (pieces.system[0].removeprefix(bos), pieces.system[1])
    return pieces._replace(lead=pieces.lead.removeprefix(bos), system=system)


def _with_codes(pieces: Pieces, renderer: Renderer) -> Pieces:
    """Where labels are learned as codes, the list of them stands below every text."""
    if renderer.codes is None:
        return pieces
    before, after = pieces.user
    return pieces._replace(user=(before, f"\n\n{renderer.codes.legend}{after}"))


def _in_go(pieces: Pieces) -> str:
    lead = _literal(pieces.lead)
    if pieces.system is not None:
        before, after = map(_literal, pieces.system)
        without = f"{{{{ else }}}}{lead}" if lead else ""
        lead = f"{{{{ if .System }}}}{before}{{{{ .System }}}}{after}{without}{{{{ end }}}}"
    (asks, asked), (answers, answered) = (map(_literal, pair) for pair in (pieces.user, pieces.assistant))
    if pieces.within is not None:
        before, after = map(_literal, pieces.within)
        lead = f"{{{{ $first := true }}}}{lead}"
        asks += (
            f"{{{{ if $first }}}}{{{{ $first = false }}}}{{{{ if $.System }}}}{before}{{{{ $.System }}}}{after}"
            f"{{{{ end }}}}{{{{ end }}}}"
        )
    return (
        f'{lead}{{{{ range .Messages }}}}{{{{ if eq .Role "user" }}}}{asks}{{{{ .Content }}}}{asked}'
        f'{{{{ else if eq .Role "assistant" }}}}{answers}{{{{ .Content }}}}{answered}{{{{ end }}}}{{{{ end }}}}'
        f"{_literal(pieces.next)}"
    )


def _literal(text: str) -> str:
    """A fixed text within a Go template: what would be taken for something else, or left out, as a Go string."""
    return _PARTS.sub(lambda found: _plain_or_escaped(found[0]), text)


def _plain_or_escaped(part: str) -> str:
    if part == "\n" or (len(part) == 1 and part.isprintable()):
        return part
    return '{{ "' + "".join(f"\\U{ord(char):08x}" for char in part) + '" }}'


def _can_be_held(text: str) -> bool:
    return '""' not in text and all(char.isprintable() or char in "\n\t" for char in text)


def _quoted(text: str) -> str:
    return f'"""{text}"""' if '"' in text else f'"{text}"'
