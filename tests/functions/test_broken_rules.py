"""A function whose rules file is no use doesn't start, and says where the mistake is: a deploy must not hide it."""

from typing import Any

import pytest

from hookline.errors import RulesError

BROKEN = """chats: {a: chat_a1b2c3d4}
sources: {in: {kind: json, auth: none}}
rules:
  - {name: r, chat: nobody}
"""


@pytest.mark.parametrize("rules_source", ["package", "table"])
@pytest.mark.parametrize("name", ["ReceiveFunction", "DeliverFunction", "ReceiptsFunction"])
def test_a_function_does_not_start_with_a_broken_file(
    functions: Any, rules_file: Any, name: str, rules_source: str
) -> None:
    file = rules_file(BROKEN)
    with pytest.raises(RulesError, match=rf"^{file}:4:\d+: .*nobody"):
        functions.load(name, RULES_FILE=file, RULES_SOURCE=rules_source)


def test_release_reads_no_rules(functions: Any, rules_file: Any) -> None:
    assert functions.load("ReleaseFunction", RULES_FILE=rules_file(BROKEN))({}) is None
