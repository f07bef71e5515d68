"""Words of the core that pages show: marked here, translated where they are shown."""

from __future__ import annotations

from ..language import N_

TERMS = (
    N_("new"),
    N_("accepted"),
    N_("rejected"),
    N_("flagged"),
    N_("deleted"),
    N_("loading the tokenizer"),
    N_("looking at records"),
    N_("worth it"),
    N_("not worth it"),
    N_("undecided"),
    N_("points"),
    N_("bits per byte"),
    N_("nats"),
)
"""What a person decided about a record, what the checks are doing, what a run came to, in which units."""
