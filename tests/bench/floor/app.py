"""The floor: nothing but what no version of the function can do without.

It imports the third-party modules that the function imports, builds the same clients, and makes the same requests with
the same contents, once for each event or record.
"""

import importlib
import json
import os
from pathlib import Path
from typing import Any

for module in os.environ["FLOOR_MODULES"].split():
    importlib.import_module(module)

import boto3  # noqa: E402 - after what the function imports, in its order
from botocore.config import Config  # noqa: E402 - the same

# As the functions have it.
AWS = Config(
    connect_timeout=2,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 2},
    parameter_validation=False,
    user_agent="Hookline",
)
clients = {name: boto3.client(name, config=AWS) for name in os.environ["FLOOR_CLIENTS"].split()}
if "httpx" in os.environ["FLOOR_MODULES"].split():
    import httpx

    http = httpx.Client(trust_env=False)
calls = json.loads(Path(os.environ["FLOOR_CALLS"]).read_text(encoding="utf-8"))
HEADERS = {"Authorization": "Bearer bench-key", "Content-Type": "application/json", "Idempotency-Key": "0" * 64}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    for _ in event.get("Records", [event]):
        for name, operation, content in calls:
            if name:
                getattr(clients[name], operation)(**content)
            else:
                url = os.environ["BLOOIO_BASE_URL"] + operation
                http.post(url, content=content.encode(), headers=HEADERS).raise_for_status()
    return {"statusCode": 202, "batchItemFailures": []}
