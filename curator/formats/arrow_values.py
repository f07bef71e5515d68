"""Arrow values as JSON values: class numbers as their names, dates as ISO 8601, bytes as the text they hold."""

from __future__ import annotations

import base64
import json
import math
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Convert = Callable[[Any], Any]
"""From what `to_pylist` gives to a JSON value; never called with None."""

_MEDIA = {"Audio", "BioStructure", "Image", "Mesh", "Nifti", "Pdf", "Video"}
"""Features of the library `datasets` that are files, not text."""
_EXACT_DIGITS = 15
"""Decimals with no more digits keep them all as floats (IEEE 754 double precision)."""

_OPAQUE = "bytes_in_base64"


class Opaque(dict[str, str]):
    """Bytes that are no text, as the JSON value in which a reject keeps them."""

    def __init__(self, value: bytes) -> None:
        super().__init__({_OPAQUE: base64.b64encode(value).decode("ascii")})


def is_opaque(value: Any) -> bool:
    """Whether bytes that are no text stand anywhere in a JSON value, also in one that was read back."""
    if isinstance(value, dict):
        if value.keys() == {_OPAQUE}:
            return True
        return any(is_opaque(part) for part in value.values())
    return isinstance(value, list) and any(is_opaque(part) for part in value)


def converter(kind: Any, feature: Any = None) -> Convert | None:
    """How values of an Arrow type become JSON values; None when they are some already.

    Args:
        kind: The `pyarrow.DataType`.
        feature: What the library `datasets` noted about the column, if it did.
    """
    import pyarrow.types as types

    if isinstance(feature, Mapping) and feature.get("_type") == "ClassLabel" and types.is_integer(kind):
        return _class_name(feature.get("names") or ())
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return converter(kind.value_type, feature)
    if extension := getattr(kind, "extension_name", ""):
        return _extension(extension, kind, feature)
    if isinstance(feature, Mapping) and feature.get("_type") == "Json":
        return json.loads
    if types.is_nested(kind):
        return _nested(kind, feature)
    return _scalar(kind)


def is_media(kind: Any, feature: Any = None) -> bool:
    """Whether a column holds files such as images: by its feature, or because it is a struct of bytes and a path."""
    import pyarrow.types as types

    if isinstance(feature, Mapping) and feature.get("_type") in _MEDIA:
        return True
    if types.is_struct(kind):
        fields = {field.name: field.type for field in kind}
        if fields.keys() == {"bytes", "path"} and is_binary(fields["bytes"]):
            return True
        return any(is_media(kind_, _of_field(feature, name)) for name, kind_ in fields.items())
    return _is_list(kind) and is_media(kind.value_type, _of_items(feature))


def is_binary(kind: Any) -> bool:
    """Whether a type is bytes."""
    import pyarrow.types as types

    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    )


def holds_bytes(kind: Any) -> bool:
    """Whether a type is bytes, or has some inside."""
    inner = [kind.field(i).type for i in range(kind.num_fields)] if kind.num_fields else []
    return is_binary(kind) or any(holds_bytes(part) for part in inner)


def _scalar(kind: Any) -> Convert | None:
    import pyarrow.types as types

    if types.is_floating(kind):
        return _float
    if types.is_decimal(kind):
        return _decimal(kind.precision, kind.scale)
    if is_binary(kind):
        return decoded
    if types.is_timestamp(kind) or types.is_date(kind) or types.is_time(kind):
        return lambda value: value if isinstance(value, int) else value.isoformat()
    return str if types.is_temporal(kind) else None


def _nested(kind: Any, feature: Any) -> Convert | None:
    import pyarrow.types as types

    if types.is_map(kind):
        return _map(converter(kind.key_type), converter(kind.item_type))
    if types.is_struct(kind):
        return _struct({field.name: converter(field.type, _of_field(feature, field.name)) for field in kind})
    if _is_list(kind):
        return _list(converter(kind.value_type, _of_items(feature)))
    return _whatever


def _extension(name: str, kind: Any, feature: Any) -> Convert | None:
    if name == "arrow.json":
        return json.loads
    if name == "arrow.uuid":
        return lambda value: str(uuid.UUID(bytes=value) if isinstance(value, bytes) else value)
    return converter(kind.storage_type, feature)


def _is_list(kind: Any) -> bool:
    import pyarrow.types as types

    return hasattr(kind, "value_type") and types.is_nested(kind) and not types.is_map(kind)


def _of_field(feature: Any, name: str) -> Any:
    """The feature of a field of a struct; a sequence of structs is stored as a struct of lists."""
    if not isinstance(feature, Mapping):
        return None
    inner = feature.get("feature")
    if feature.get("_type") == "Sequence" and isinstance(inner, Mapping):
        return {"_type": "List", "feature": inner.get(name)}
    return feature.get(name)


def _of_items(feature: Any) -> Any:
    if isinstance(feature, list) and feature:
        return feature[0]
    return feature.get("feature") if isinstance(feature, Mapping) else None


def _class_name(names: Any) -> Convert:
    """A number beyond the names stays as it is; -1 means that there is no label."""
    known = dict(enumerate(names))
    return lambda value: None if value == -1 else known.get(value, value)


def _float(value: float) -> float | str | None:
    if math.isfinite(value):
        return float(value)
    return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _decimal(precision: int, scale: int) -> Convert:
    if scale <= 0:
        return int
    return float if precision <= _EXACT_DIGITS else lambda value: format(Decimal(value), "f")


def decoded(value: bytes) -> str | Opaque:
    """The text that some bytes are, if they are any."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return Opaque(value)


def _list(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value: [None if item is None else convert(item) for item in value]


def _struct(converts: Mapping[str, Convert | None]) -> Convert | None:
    needed = {name: convert for name, convert in converts.items() if convert}
    if not needed:
        return None

    def convert(value: dict[str, Any]) -> dict[str, Any]:
        changed = {
            name: None if value.get(name) is None else change(value[name]) for name, change in needed.items()
        }
        return {**value, **changed}

    return convert


def _map(key: Convert | None, item: Convert | None) -> Convert:
    def convert(pairs: list[tuple[Any, Any]]) -> Any:
        done = [(key(k) if key else k, item(v) if item and v is not None else v) for k, v in pairs]
        keys = {k for k, _ in done if isinstance(k, str)}
        return dict(done) if len(keys) == len(done) else [[k, v] for k, v in done]

    return convert


def _whatever(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
