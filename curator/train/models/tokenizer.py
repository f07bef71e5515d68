"""A tokenizer as it is on disk: no code from the model's folder, no token added."""

from __future__ import annotations

import re
import warnings
from logging import ERROR, getLogger
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer
from transformers.utils import logging

from curator.errors import CuratorError
from curator.train.models.faults import tokenizer_fault

# The libraries' chatter would drown the trainer's own words: kernels that a CPU does not need, names that will change
# and that peft still asks for.
logging.set_verbosity_error()
logging.disable_progress_bar()
getLogger("bitsandbytes").setLevel(ERROR)
warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)

_SPARE = re.compile(r"pad|reserved|unused", re.IGNORECASE)


def load_tokenizer(folder: str) -> Any:
    """The tokenizer of a folder or hub id, with a padding token chosen from the tokens that it has.

    Raises:
        CuratorError: there is none, or it has no end token.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, trust_remote_code=False, local_files_only=Path(folder).is_dir()
        )
    except Exception as error:
        # Each damaged file has an error of its own.
        raise tokenizer_fault(folder, error) from error
    if tokenizer.eos_token_id is None:
        raise CuratorError(
            f"The tokenizer of {folder} has no end token.", "Name its eos_token in tokenizer_config.json."
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = _pad_token(tokenizer)
    return tokenizer


def special_ids(tokenizer: Any) -> frozenset[int]:
    """Ids that stand for control, never for text."""
    added = {index for index, token in tokenizer.added_tokens_decoder.items() if token.special}
    return frozenset(added | set(tokenizer.all_special_ids))


def _pad_token(tokenizer: Any) -> str:
    """Any existing token will do, for padding is never attended to; one that text does not use is the safest."""
    if tokenizer.unk_token is not None:
        return str(tokenizer.unk_token)
    names = tokenizer.convert_ids_to_tokens(sorted(special_ids(tokenizer)))
    spare = next((name for name in names if _SPARE.search(name)), None)
    return str(spare if spare is not None else tokenizer.eos_token)
