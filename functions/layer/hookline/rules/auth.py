"""The ways in which a caller proves who it is."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from hookline.rules.names import Block, Names, SecretName, Topics, Whole

AUTH_OPTIONS = (
    "`none` or exactly one of {bearer: SECRET}, {basic: SECRET}, {token: SECRET}, {hmac: SECRET}, {sns: TOPIC_ARN}"
)


class Bearer(Block):
    """`Authorization: Bearer …` with the secret."""

    bearer: SecretName = Field(description="The name of the secret, never its value.", examples=["ALERTMANAGER_TOKEN"])


class Basic(Block):
    """`Authorization: Basic …` with user and password."""

    basic: SecretName = Field(
        description="The name of the secret, whose value is `user:password`.", examples=["STATUS_PAGE_LOGIN"]
    )


class Token(Block):
    """The secret itself in a header or in the query; with neither said, `X-Token` or `?token=`."""

    token: SecretName = Field(description="The name of the secret, never its value.", examples=["JSON_TOKEN"])
    header: str | None = Field(None, description="The header that carries it.", examples=["X-Token"])
    query: str | None = Field(None, description="The name in the query that carries it.", examples=["token"])


class Hmac(Block):
    """A signature over the raw body, and over a time and an id when the sender signs them, too."""

    hmac: SecretName = Field(description="The name of the secret, never its value.", examples=["CI_SECRET"])
    header: Names = Field(
        ("X-Signature",),
        description="The header of the signature; of several the first that came.",
        examples=["X-Hub-Signature-256"],
    )
    algorithm: Literal["sha1", "sha256", "sha512"] = Field("sha256", description="What the sender hashes with.")
    encoding: Literal["hex", "base64"] = Field("hex", description="How the signature is written.")
    prefix: str = Field("", description="What stands before each signature.", examples=["sha256=", "v1,"])
    signed: str = Field(
        "{body}",
        description="What is signed; `{timestamp}` and `{id}` stand for the values of the headers named so.",
        examples=["{body}", "{timestamp}.{body}", "{id}.{timestamp}.{body}"],
    )
    timestamp: Names = Field(
        ("X-Timestamp",),
        description="The header of the time, in seconds. A `t=` part of the signature's header comes first.",
        examples=["Webhook-Timestamp"],
    )
    id: Names = Field(("X-Id",), description="The header of the sender's id.", examples=["Webhook-Id"])
    tolerance: Whole = Field(300, ge=1, description="How far the time may be off, in seconds.", examples=[600])
    secret_encoding: Literal["text", "hex", "base64"] = Field("text", description="How the secret is written.")

    @model_validator(mode="after")
    def _signs_the_body(self) -> "Hmac":
        if "{body}" not in self.signed:
            raise ValueError("`signed` has to contain {body}, or anyone could change the body")
        return self


class Sns(Block):
    """Amazon SNS's signature in the body, which needs no secret, of a message of one of these topics."""

    sns: Topics = Field(
        description="The ARN of the topic, or of several.", examples=["arn:aws:sns:eu-central-1:123456789012:alarms"]
    )


AUTH_BLOCKS: dict[str, type[Block]] = {"bearer": Bearer, "basic": Basic, "token": Token, "hmac": Hmac, "sns": Sns}


def way(value: Any) -> str | None:
    """Name the kind of proof by its key, so that an error is about that kind and no other."""
    if value == "none":
        return "none"
    if isinstance(value, dict):
        named = [name for name in AUTH_BLOCKS if name in value]
        return named[0] if len(named) == 1 else None
    return None


Auth = Annotated[
    Annotated[Literal["none"], Tag("none")]
    | Annotated[Bearer, Tag("bearer")]
    | Annotated[Basic, Tag("basic")]
    | Annotated[Token, Tag("token")]
    | Annotated[Hmac, Tag("hmac")]
    | Annotated[Sns, Tag("sns")],
    Discriminator(way, custom_error_type="auth", custom_error_message=f"`auth` has to be {AUTH_OPTIONS}"),
]
