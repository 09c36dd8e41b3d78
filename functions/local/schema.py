"""The JSON Schema of the rules file, for editors: made from the models by `make schema`."""

import json
from collections.abc import Mapping
from typing import Any

from hookline.rules.model import CHAT_ID, Rules
from hookline.rules.names import ORIGIN
from hookline.rules.written import DAYS, MOST_IN_A_ROW
from hookline.sources import KINDS
from hookline.sources.sns import TOPIC
from local.project import RULES

SCHEMA = RULES.with_name("rules.schema.json")
_Schema = dict[str, Any]

# What the models read in a way of their own, so that pydantic can't know it. YAML 1.1 reads a bare `off` as false.
_LENGTH = r"[1-9][0-9]{0,5}\s*[smhd]"
_TIME = "([01]?[0-9]|2[0-4]):[0-5][0-9]"
_DAY = f"({'|'.join(DAYS)})"
_OFF: _Schema = {"enum": ["off", False]}
SPAN = f"^{_LENGTH}$"
PACE = rf"^[1-9][0-9]{{0,3}}\s+per\s+{_LENGTH}$"
QUIET = rf"^({_DAY}([,-]{_DAY})*\s+)?{_TIME}-{_TIME}\s+\S+$"


def _one_or_many(of: _Schema) -> _Schema:
    return {"anyOf": [of, {"type": "array", "items": of}]}


_NAMES = _one_or_many({"type": "string"})
_WRITTEN: dict[tuple[str, str], _Schema] = {
    ("Chat", "fallback"): _NAMES,
    ("Chat", "pace"): {"anyOf": [{"type": "string", "pattern": PACE}, _OFF]},
    ("Chat", "quiet"): _one_or_many({"type": "string", "pattern": QUIET}),
    ("Chat", "budget"): {"anyOf": [{"enum": ["auto", "off", False]},
                                   {"type": "integer", "minimum": 1, "maximum": MOST_IN_A_ROW}]},
    ("Chat", "expires"): {"type": "string", "pattern": SPAN},
    ("Hmac", "header"): _NAMES,
    ("Hmac", "timestamp"): _NAMES,
    ("Hmac", "id"): _NAMES,
    ("Sns", "sns"): _one_or_many({"type": "string", "pattern": TOPIC}),
    ("Source", "kind"): {"enum": list(KINDS)},
    ("Source", "origins"): _one_or_many({"type": "string", "pattern": ORIGIN}),
    ("Rule", "source"): _NAMES,
    ("Rule", "chat"): _NAMES,
    ("Rule", "fallback"): _NAMES,
    ("Rule", "repeat"): {"type": ["string", "null"], "pattern": SPAN},
}  # fmt: skip
_DEFAULTS = {("Chat", "pace"): "3 per 1m", ("Chat", "expires"): "24h"}
_SAID = ("description", "default", "examples")
# A rule goes somewhere or drops, and a card shows something: what the models check across options.
_ACROSS: dict[str, _Schema] = {
    "Rule": {
        "if": {"properties": {"drop": {"const": True}}, "required": ["drop"]},
        "else": {"required": ["chat"]},
    },
    "LinkPreview": {"anyOf": [{"required": ["image"]}, {"required": ["title"]}]},
}


def schema() -> _Schema:
    """Return the schema, in draft 7: what the YAML extension of VS Code and JetBrains' editors both read."""
    made = Rules.model_json_schema(ref_template="#/definitions/{model}")
    blocks = {name: block for name, block in made.pop("$defs").items() if name not in {"Pace", "Quiet"}}
    for name, block in blocks.items():
        for option, told in block["properties"].items():
            if written := _WRITTEN.get((name, option)):
                said = {key: told[key] for key in _SAID if key in told}
                block["properties"][option] = {**said, **written}
                if "default" in said:
                    block["properties"][option]["default"] = _DEFAULTS.get((name, option), said["default"])
        block.update(_ACROSS.get(name, {}))
    chat_id = {"type": "string", "pattern": CHAT_ID}
    made["properties"]["chats"]["additionalProperties"] = {"anyOf": [chat_id, {"$ref": "#/definitions/Chat"}]}
    described = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Hookline's rules file"}
    return {**described, **{k: v for k, v in _tidy(made).items() if k != "title"}, "definitions": _tidy(blocks)}


def _tidy(part: Any) -> Any:
    """Leave out what says nothing to an editor, and say shorter what pydantic says at length."""
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, Mapping):
        return part
    tidy = {name: _kept(name, inner) for name, inner in part.items() if not _says_nothing(name, inner)}
    match tidy:
        case {"anyOf": [{"type": str(kind), **more}, {"type": "null"}]}:
            tidy = {**tidy, **more, "type": [kind, "null"]}
            del tidy["anyOf"]
    if "enum" in tidy and "null" in tidy.get("type", ()):
        tidy["enum"] = [*tidy["enum"], None]
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy


def _kept(name: str, inner: Any) -> Any:
    return inner if name in {"default", "examples", "enum"} else _tidy(inner)


def _says_nothing(name: str, inner: Any) -> bool:
    return (name == "title" and isinstance(inner, str)) or (name == "default" and inner in (None, [], {}))


def text() -> str:
    """Return what the file has to contain."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text(), encoding="utf-8")
