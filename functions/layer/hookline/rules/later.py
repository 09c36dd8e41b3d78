"""What a rules file may say already, and of which nothing comes yet."""

from collections.abc import Iterator, Mapping

from hookline.errors import Problem
from hookline.rules.model import Chat, Rule
from hookline.rules.tree import Path, Tree

NOT_YET = "not applied yet by this version"
OF_CHATS = {
    "pace": "everything is sent at once",
    "quiet": "everything is sent at once",
    "budget": "texts without an answer aren't counted",
}
OF_RULES = {
    "thread": "each message stands by itself",
    "urgent": "everything is sent at once",
}


def not_yet(chats: Mapping[str, Chat], rules: Mapping[int, Rule], tree: Tree) -> Iterator[Problem]:
    """Warn once of each such option, where it stands first, with how many others have it, too."""
    for what, blocks, options in (("chats", chats, OF_CHATS), ("rules", rules, OF_RULES)):
        for option, instead in options.items():
            having: list[Path] = [(what, key) for key, block in blocks.items() if _asks(block, option)]
            if having:
                yield _said(having, option, instead, tree)


def _asks(block: Chat | Rule, option: str) -> bool:
    """Return whether the block has it; `off` asks for what happens anyway, and a rule that drops sends nothing."""
    return option in block.model_fields_set and bool(getattr(block, option)) and not getattr(block, "drop", False)


def _said(having: list[Path], option: str, instead: str, tree: Tree) -> Problem:
    many = f" ({len(having)} {having[0][0]})" if len(having) > 1 else ""
    return tree.warning((*having[0], option), f"`{option}` is read but {NOT_YET}; {instead}{many}", at_name=True)
