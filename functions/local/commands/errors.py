"""Why a command ends early; each is a sentence for the person who must act."""


class No(Exception):
    """The answer is no: exit code 1."""


class Wrong(Exception):
    """The call was wrong, or can't be answered here: exit code 2."""


def ended(sentence: str) -> str:
    """Return the sentence with a full stop, if nothing ends it yet."""
    return sentence if sentence.endswith((".", "!", "?", ":")) else f"{sentence}."
