"""What is wrong with a call as it was typed, in one sentence with the next step."""

import re
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

from hookline.rules.closest import closest, meant
from local.commands.errors import ended

_EXTRA = "Got unexpected extra argument"
_COMMAND = re.compile(r"No such command '(.*?)'\.")
_QUOTED = re.compile(r"(?<!\w)'([^']*)'(?!\w)")
_FROM_ENVIRONMENT = "ENVIRONMENT"


def mistyped(error: typer.TyperException) -> str:
    """Return the sentence, and which help says more."""
    context = getattr(error, "ctx", None)
    said = ended(_said(error, context))
    return f"{said} See `{context.command_path} --help`." if context else said


def _said(error: typer.TyperException, context: Any) -> str:
    if (option := getattr(error, "option_name", None)) and hasattr(error, "possibilities"):
        close = closest(option, _options(context.command))
        return f"There is no option {option}" + (f"; did you mean {close}?" if close else "")
    param = getattr(error, "param", None)
    if param is not None and type(error).__name__ == "MissingParameter":
        return f"{_name(param)} is missing: {_in_a_sentence(param.help or '')}"
    if param is not None:
        return _refused(param, context, error.message)
    if error.message.startswith(_EXTRA):
        extra = error.message.partition("(")[2].rpartition(")")[0].partition("(")[2] or error.message
        return f"{extra.strip()} is more than `{context.command_path}` takes"
    if unknown := _COMMAND.match(error.message):
        return f"There is no command {unknown[1]}; {meant(unknown[1], list(context.command.commands))}"
    return _QUOTED.sub(r"\1", error.message)


def _options(command: TyperCommand) -> list[str]:
    params = [one for one in command.params if isinstance(one, TyperOption) and not one.hidden]
    return [name for one in params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")]


def _name(param: TyperArgument | TyperOption) -> str:
    return param.opts[0] if isinstance(param, TyperOption) else param.display_name_raw


def _refused(param: TyperArgument | TyperOption, context: Any, why: str) -> str:
    """Say what the option takes; only numbers can be wrong before a command looks at them."""
    source = context.get_parameter_source(param.name)
    where = f"{param.envvar} in the environment" if getattr(source, "name", "") == _FROM_ENVIRONMENT else _name(param)
    if param.type_descriptor.annotation is not int:
        return f"{where}: {why}"
    most = f" and at most {param.max}" if param.max is not None else ""
    return f"{where} takes a whole number" + (f", at least {param.min}{most}" if param.min is not None else "")


def _in_a_sentence(about: str) -> str:
    return about[:1].lower() + about[1:]
