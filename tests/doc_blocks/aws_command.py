"""Whether a line calls AWS's command line as its own service models have it."""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from tests.doc_blocks.reader import Stale
from tests.doc_blocks.shell import Call

from hookline.rules.closest import meant
from local.cloud.intrinsics import parse
from local.project import TEMPLATE

# https://docs.aws.amazon.com/cli/latest/reference/: what every command takes; True: with a value.
_EVERYWHERE = {
    "--region": True, "--profile": True, "--output": True, "--query": True, "--endpoint-url": True, "--color": True,
    "--no-cli-pager": False, "--debug": False, "--no-verify-ssl": False, "--no-sign-request": False,
    "--cli-binary-format": True, "--cli-input-json": True, "--cli-input-yaml": True, "--generate-cli-skeleton": True,
    "--cli-read-timeout": True, "--cli-connect-timeout": True,
}  # fmt: skip
_PAGES = {"--max-items": True, "--page-size": True, "--starting-token": True, "--no-paginate": False}
# What the command line has and no service does.
_OF_ITS_OWN = {
    ("logs", "tail"): {"--since": True, "--follow": False, "--format": True, "--filter-pattern": True,
                       "--log-stream-names": True, "--log-stream-name-prefix": True},
    ("s3", "ls"): {"--recursive": False, "--human-readable": False, "--summarize": False},
    ("s3", "cp"): {"--recursive": False, "--sse": True},
    ("s3", "rm"): {"--recursive": False},
    ("s3", "rb"): {"--force": False},
    ("configure", "sso"): {},
    ("sso", "login"): {},
}  # fmt: skip
_OUTPUT_KEY = re.compile(r"OutputKey\s*==\s*[`'\"]+(\w+)")


def check(call: Call) -> None:
    """Raise Stale for a service, an operation or an option that there isn't, or one that is missing."""
    service, operation, *rest = [*call.arguments, "", ""][: max(2, len(call.arguments))]
    if not call.arguments or service in {"--version", "configure"}:
        return
    if operation == "wait":
        _check_waiter(service, rest)
        return
    if (options := _OF_ITS_OWN.get((service, operation))) is not None:
        given = dict(_options(rest, {**_EVERYWHERE, **options}))
    else:
        shape, paginates = _model(service, operation)
        known = {**_EVERYWHERE, **(_PAGES if paginates else {}), **_parameters(shape)}
        given = dict(_options(rest, known))
        _check_required(shape, given)
        _check_values(shape, given)
    _check_query(given.get("--query", ""))


def _check_waiter(service: str, rest: Sequence[str]) -> None:
    names = [xform_name(name, "-") for name in _session().get_waiter_model(service).waiter_names]
    if not rest or rest[0] not in names:
        raise Stale(f"aws {service} can't wait for {rest[:1]}; there are {', '.join(names)}")


def _model(service: str, operation: str) -> tuple[Any, bool]:
    services = _session().get_available_services()
    if service not in services:
        raise Stale(f"aws has no service {service}; {meant(service, services)}")
    model = _session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        raise Stale(f"aws {service} has no {operation}; {meant(operation, list(names))}")
    found = model.operation_model(names[operation])
    return found.input_shape, _paginates(service, names[operation])


def _paginates(service: str, operation: str) -> bool:
    try:
        _session().get_paginator_model(service).get_paginator(operation)
    except Exception:  # noqa: BLE001 - whichever way it says that there is none
        return False
    return True


def _parameters(shape: Any) -> dict[str, bool]:
    options = {}
    for name, member in (shape.members if shape else {}).items():
        option = f"--{xform_name(name, '-')}"
        if member.type_name == "boolean":
            options |= {option: False, option.replace("--", "--no-", 1): False}
        else:
            options[option] = True
    return options


def _options(words: Sequence[str], known: dict[str, bool]) -> Iterator[tuple[str, str]]:
    """Give the options with their values, of which there may be several."""
    option, values = "", []
    for word in [*words, "--"]:
        if not word.startswith("--"):
            values.append(word)
            continue
        if option:
            yield option, " ".join(values)
        option, _, value = word.partition("=")
        values = [value] if value else []
        if option != "--" and option not in known:
            raise Stale(f"there is no option {option}; {meant(option, list(known))}")
    # What comes before the first option is an address or a file.


def _check_required(shape: Any, given: dict[str, str]) -> None:
    if {"--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton"} & given.keys():
        return
    missing = {f"--{xform_name(name, '-')}" for name in (shape.required_members if shape else ())} - given.keys()
    if missing:
        raise Stale(f"{', '.join(sorted(missing))} is missing")


def _check_values(shape: Any, given: dict[str, str]) -> None:
    for name, member in (shape.members if shape else {}).items():
        value = given.get(f"--{xform_name(name, '-')}")
        if not value:
            continue
        if member.type_name in {"integer", "long"} and not re.fullmatch(r"-?\d+|\$.*", value):
            raise Stale(f"{name} has to be a whole number, not {value}")
        if member.type_name in {"list", "map", "structure"} and value[0] in "[{":
            json.loads(value)
        enum = getattr(member, "enum", ())
        if enum and value not in enum and not value.startswith("$"):
            raise Stale(f"{name} has to be one of {', '.join(enum)}, not {value}")


def _check_query(query: str) -> None:
    """A query is one of JMESPath, and asks for an output that the template has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of the way in which AWS's own pages quote
        if query:
            jmespath.compile(query)
    outputs = parse(TEMPLATE.read_text(encoding="utf-8"))["Outputs"]
    for name in _OUTPUT_KEY.findall(query):
        if name not in outputs:
            raise Stale(f"the stack has no output {name}; {meant(name, list(outputs))}")


@cache
def _session() -> Any:
    return botocore.session.Session()
