"""What a function writes under Lambda's own runtime client, which has a logger of its own: lines of JSON, each once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.built.runtime.api import RuntimeApi, serving

from local.cloud.engine import CREDENTIALS
from local.cloud.intrinsics import REGION
from local.cloud.template import Function
from local.project import ROOT, RULES

pytestmark = pytest.mark.slow

SECRETS = {"ALERTMANAGER_TOKEN": "local-alertmanager-token"}


def written(function: Function, events: list[dict[str, Any]], variables: dict[str, str], folder: Path) -> list[str]:
    """Return the lines on both outputs of a runtime that got these events."""
    log = folder / "log"
    api = RuntimeApi(function)
    own = {
        "AWS_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "LAMBDA_TASK_ROOT": str(function.code),
        "PYTHONPATH": f"{function.code}:{ROOT / 'functions' / 'layer'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with log.open("wb") as output, serving(api):
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", function.handler],
            cwd=function.code,
            env={**function.environment, **CREDENTIALS, "AWS_DEFAULT_REGION": REGION, **own, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            for event in events:
                api.invoke(event)
        finally:
            process.kill()
            process.wait()
    return log.read_text(encoding="utf-8").splitlines()


def test_the_lines_of_the_layer_are_json_and_name_their_event(cloud: Any, events: Any, tmp_path: Path) -> None:
    refused = events("alertmanager_critical")
    del refused["headers"]["authorization"]
    variables = {
        "AWS_ENDPOINT_URL": cloud.url,
        "SECRETS_ID": "",
        "HOOKLINE_SECRETS": json.dumps(SECRETS),
        "RULES_FILE": str(RULES),
    }
    function = cloud.template.functions["ReceiveFunction"]
    lines = written(function, [events("alertmanager_critical"), refused], variables, tmp_path)
    said = [line for line in map(json.loads, lines) if "message" in line]
    assert [(line["message"], line["service"], line["level"]) for line in said] == [
        ("accepted", "hookline", "INFO"), ("refused", "hookline", "WARNING")
    ]  # fmt: skip
    accepted, turned_away = said
    assert accepted["correlation_id"].startswith("content:")
    assert (accepted["source"], accepted["messages"]) == ("alertmanager", 1)
    assert turned_away["correlation_id"] == refused["requestContext"]["requestId"]
