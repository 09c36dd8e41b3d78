"""Messages as YAML: what a test in a rules file would have to expect."""

from collections.abc import Iterable

import yaml

from hookline.models import Message
from hookline.rules.model import Test


class _Dumper(yaml.SafeDumper):
    def written(self, data: str) -> yaml.ScalarNode:
        """Write a text of several lines as one reads it, and not with its line breaks escaped."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


_Dumper.add_representer(str, _Dumper.written)


def pasted(test: Test, messages: Iterable[Message]) -> str:
    """Return the test with these messages in place of the expected ones."""
    source = {"source": test.source} if test.source else {}
    expect = [{"rule": one.rule, "chat": one.chat_name, "text": one.text} for one in messages]
    return dumped([{"name": test.name, "event": test.event, **source, "expect": expect}])


def dumped(data: object) -> str:
    said: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return said
