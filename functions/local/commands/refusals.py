"""What AWS refuses, or the way to it, as sentences with the next step."""

from typing import Any, Final
from urllib.parse import urlsplit

from hookline.rules.closest import meant
from local.commands.errors import ended

_HERE = ("127.0.0.1", "localhost", "::1")
_SIGN_IN = "sign in again with `aws sso login`, or get fresh keys"
_EXPIRED: Final = f"Your AWS session has expired: {_SIGN_IN}."
_UNKNOWN: Final = "AWS doesn't take these credentials: {message} Run `aws configure`, or say --profile NAME."
_DENIED: Final = "AWS refused it: {message} Ask for that right, or say --profile NAME for a profile that has it."
_GONE: Final = "{operation} found nothing there: {message} Is the stack being deleted or replaced?"
_SLOWER: Final = "AWS asks for patience ({code}): wait a minute, then say it again."
_OTHER: Final = "AWS refused {operation}: {message} ({code})"

_BY_CODE: Final = {
    **dict.fromkeys(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"], _EXPIRED),
    **dict.fromkeys(["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"], _UNKNOWN),
    **dict.fromkeys(["SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"], _UNKNOWN),
    **dict.fromkeys(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"], _DENIED),
    **dict.fromkeys(["ResourceNotFoundException", "QueueDoesNotExist"], _GONE),
    **dict.fromkeys(["AWS.SimpleQueueService.NonExistentQueue"], _GONE),
    **dict.fromkeys(["Throttling", "ThrottlingException", "RequestThrottled", "RequestLimitExceeded"], _SLOWER),
    **dict.fromkeys(["TooManyRequestsException", "ProvisionedThroughputExceededException"], _SLOWER),
}
_BY_NAME: Final = {
    "NoCredentialsError": "There are no AWS credentials here: run `aws configure`, or say --profile NAME.",
    "NoRegionError": "Nobody says in which region the stack is: say --region, as in --region eu-central-1.",
    **dict.fromkeys(["UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError"], _EXPIRED),
    "LoginRefreshRequired": "Your AWS session has expired: sign in again with `aws login`.",
}


def refusal(error: Exception) -> str | None:
    """Return what AWS or the way to it says no with; None of an error that is of neither."""
    if not type(error).__module__.startswith("botocore"):
        return None
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, ProfileNotFound  # noqa: A004

    if isinstance(error, ClientError):
        return _refused(dict(error.response.get("Error", {})), error.operation_name)
    if isinstance(error, ProfileNotFound):
        return _without_profile(error.kwargs["profile"])
    if isinstance(error, ConnectionError | HTTPClientError):
        return _unreachable(str(error.kwargs.get("endpoint_url") or ""), str(error))
    return _BY_NAME.get(type(error).__name__) or f"AWS can't be asked: {ended(str(error))}"


def _refused(said: dict[str, Any], operation: str) -> str:
    code, message = said.get("Code", "Unknown"), ended(said.get("Message") or "it doesn't say why")
    return _BY_CODE.get(code, _OTHER).format(code=code, message=message, operation=operation)


def _without_profile(profile: str) -> str:
    from botocore.session import Session

    names = sorted(Session(profile="default").available_profiles)
    return (
        f"There is no AWS profile {profile}; {ended(meant(profile, names))} `aws configure list-profiles` lists them."
    )


def _unreachable(url: str, said: str) -> str:
    if urlsplit(url).hostname in _HERE:
        return f"The run on this machine doesn't answer any more at {url}: start `hookline run` again."
    return f"AWS can't be reached: {ended(said)} Is the network up, and the region the right one (--region)?"
