"""The environment of the functions, read once."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hookline.errors import ConfigurationError

SECRETS_LOOK_SECONDS = 5.0  # a check that failed asks again no sooner: anyone can fail one, and each asking is billed
RULES_LOOK_SECONDS = 60.0  # what was pushed runs after this at the latest
_Text = Annotated[str, BeforeValidator(str.strip)]
_ATTEMPT_SECONDS = 8.0
_ATTEMPT_SHARE_OF_LEASE = 0.8  # an attempt must be over, and its row closed, while its lease still holds


class Settings(BaseModel):
    """One field per variable, in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    blooio_base_url: _Text = Field(default="https://api.blooio.com/v4", pattern="^https?://")
    delivery_log_table: _Text = Field(min_length=1)
    delivery_queue_url: _Text = ""  # empty: deliver in process, as `sam local invoke` does
    secrets_id: _Text = ""
    hookline_secrets: _Text = ""
    rules_file: _Text = Field(default="/opt/rules.yaml", min_length=1)
    rules_source: Annotated[Literal["package", "table"], BeforeValidator(str.strip)] = "package"
    log_days: int = Field(default=30, ge=1)
    metrics_namespace: _Text = Field(default="Hookline", min_length=1)
    max_body_bytes: int = Field(default=262_144, ge=1)
    secrets_look_seconds: float = Field(default=SECRETS_LOOK_SECONDS, ge=0, allow_inf_nan=False)
    rules_look_seconds: float = Field(default=RULES_LOOK_SECONDS, ge=0, allow_inf_nan=False)
    lease_seconds: float = Field(default=30.0, gt=0, allow_inf_nan=False)

    @property
    def attempt_seconds(self) -> float:
        """How long one attempt at the provider may take."""
        return min(_ATTEMPT_SECONDS, self.lease_seconds * _ATTEMPT_SHARE_OF_LEASE)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Raise ConfigurationError naming every variable that is missing or wrong."""
        given = {name.lower(): value for name, value in environ.items() if name.lower() in cls.model_fields}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = (f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_url=False))
            raise ConfigurationError("The environment is not usable. " + "; ".join(wrong)) from error
