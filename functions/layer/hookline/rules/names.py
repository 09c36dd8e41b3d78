"""What the blocks of a rules file are made of: names, and values with a way of writing of their own."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf

from hookline.rules import written
from hookline.sources.sns import TOPIC

SECRET_NAME, SOURCE_NAME = "^[A-Za-z_][A-Za-z0-9_]*$", "^[a-z0-9][a-z0-9_-]{0,63}$"
CHAT_ID = "^chat_[A-Za-z0-9_-]{1,120}$"
TEMPLATE_NAME = "^[A-Za-z0-9_./-]{1,100}$"
ORIGIN, ADDRESS = "^https?://[a-z0-9.-]+(:[0-9]{1,5})?$", "^https?://[!-~]+$"
PATTERNS = {
    SECRET_NAME: "the name of a secret in letters, digits and _, as in ALERTMANAGER_TOKEN",
    SOURCE_NAME: "in small letters, digits, - and _, because it is part of an address",
    CHAT_ID: "the id of a chat, as in chat_a1b2c3d4",
    TOPIC: "the ARN of a topic, as in arn:aws:sns:eu-central-1:123456789012:alarms",
    ORIGIN: "a site in small letters without a path, as in https://example.com",
    ADDRESS: "an address, as in https://example.com/thanks",
    TEMPLATE_NAME: "a name in letters, digits and _ . / -, as in alert.txt",
}  # what each means, to be said after "has to be"


def listed(value: object) -> object:
    """Read one text as a list of one."""
    return [value] if isinstance(value, str) else value


def at_least_one(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list. Raises ValueError."""
    if not names:
        raise ValueError("it has to name at least one")
    return names


Names = Annotated[tuple[str, ...], BeforeValidator(listed)]  # one, or a list
YesNo = Annotated[bool, Field(strict=True)]  # not 'yes', which some read as true
Whole = Annotated[int, Field(strict=True)]
Seconds = Annotated[int, BeforeValidator(written.seconds)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
SecretName = Annotated[str, Field(pattern=SECRET_NAME)]
SourceName = Annotated[str, Field(pattern=SOURCE_NAME)]
Topics = Annotated[
    tuple[Annotated[str, Field(pattern=TOPIC)], ...], AfterValidator(at_least_one), BeforeValidator(listed)
]
Origin = Annotated[str, Field(pattern=ORIGIN)]
TemplateName = Annotated[str, Field(pattern=TEMPLATE_NAME)]
Pace = Annotated[InstanceOf[written.Pace] | None, BeforeValidator(written.pace)]
Budget = Annotated[int | str | None, BeforeValidator(written.budget)]
QuietHours = Annotated[InstanceOf[written.Quiet], BeforeValidator(written.quiet)]


class Block(BaseModel):
    """A block of `name: value` lines, in which nothing may stand that isn't known."""

    model_config = ConfigDict(frozen=True, extra="forbid")
