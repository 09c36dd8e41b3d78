"""What AWS or the way to it says no with, as sentences; and that a run here needs no account."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from local.cli import app
from local.cloud.engine import clients_for
from local.commands import stack
from local.commands.refusals import refusal


def hookline(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


def of_service(code: str, message: str = "It is so") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Scan")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (exceptions.NoCredentialsError(), "There are no AWS credentials here: run `aws configure`, or say --profile N"),
        (exceptions.NoRegionError(), "Nobody says in which region the stack is: say --region, as in --region eu-cent"),
        (of_service("ExpiredTokenException"), "Your AWS session has expired: sign in again with `aws sso login`, or "),
        (exceptions.UnauthorizedSSOTokenError(), "Your AWS session has expired: sign in again with `aws sso login`, "),
        (of_service("InvalidClientTokenId"), "AWS doesn't take these credentials: It is so. Run `aws configure`, or s"),
        (of_service("AccessDeniedException", "You may not scan."), "AWS refused it: You may not scan. Ask for that "),
        (of_service("ResourceNotFoundException"), "Scan found nothing there: It is so. Is the stack being deleted"),
        (of_service("ThrottlingException"), "AWS asks for patience (ThrottlingException): wait a minute, then say it"),
        (of_service("Odd"), "AWS refused Scan: It is so. (Odd)"),
        (
            exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:9/"),
            "The run on this machine doesn't answer any more at http://127.0.0.1:9/: start `hookline run` again.",
        ),
        (
            exceptions.ConnectTimeoutError(endpoint_url="https://sqs.xx-1.amazonaws.com/"),
            'AWS can\'t be reached: Connect timeout on endpoint URL: "https://sqs.xx-1.amazonaws.com/". Is the network',
        ),
        (exceptions.SSLError(endpoint_url="https://x.example", error="no trust"), "AWS can't be reached: SSL valid"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="KEY"), "AWS can't be asked: Partial credentia"),
    ],
)
def test_a_refusal_is_a_sentence_with_the_next_step(error: Exception, sentence: str) -> None:
    said = refusal(error)
    assert said
    assert said.startswith(sentence)
    assert "\n" not in said


def test_an_error_of_ours_is_no_refusal() -> None:
    assert refusal(KeyError("ours")) is None


def test_a_profile_that_is_mistyped_is_told_with_the_one_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile production]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    result = hookline("log", "--stack", "hookline", "--profile", "prodction", "--json")
    said = "There is no AWS profile prodction; did you mean 'production'? `aws configure list-profiles` lists them.\n"
    assert (result.exit_code, result.stderr, result.stdout) == (2, said, "")


def test_what_the_account_refuses_ends_a_command_with_that_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise of_service("RequestExpired")

    monkeypatch.setattr(stack, "find", refuse)
    for command in (["log"], ["replay", "aaaaaaaa"], ["send", "oncall", "x"], ["chats"], ["push", "--list"]):
        result = hookline(*command, "--json")
        assert result.exit_code == 2
        assert (result.stderr.startswith("Your AWS session has expired"), result.stdout) == (True, "")


def test_the_run_on_this_machine_is_asked_whatever_profile_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    assert clients_for("http://127.0.0.1:1")("sqs").meta.endpoint_url == "http://127.0.0.1:1"
    with pytest.raises(exceptions.ProfileNotFound):
        boto3.Session().client("sqs")
