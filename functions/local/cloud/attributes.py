"""Mends how moto writes rows: of each value it looks for all ten types that it might have, by all names of each.

That was nine tenths of the time that a row took, and whoever reads the log kept every webhook waiting.
"""

from typing import Any

from moto.core.serialize import BaseJSONSerializer

VALUE = "AttributeValue"  # the shape of {"S": …} and its kind
_motos_structure = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 - what is mended


def mend() -> None:
    """Let only the type that a value has be written from now on. A second call changes nothing."""
    BaseJSONSerializer._serialize_type_structure = _structure  # noqa: SLF001


def _structure(self: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str) -> None:
    if shape.name != VALUE or not key or not isinstance(value, dict):
        _motos_structure(self, serialized, value, shape, key)
        return
    written: dict[str, Any] = {}
    for name, inner in value.items():
        if inner is not None:
            self._serialize(written, inner, shape.members[name], name)
    self._default_serialize(serialized, written, shape, key)
