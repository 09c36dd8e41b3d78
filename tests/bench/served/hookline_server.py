"""Hookline whole, in one process: what receives calls what delivers, as it does where there is no queue."""

import json
import sys
import time
import uuid
from collections.abc import Mapping
from typing import Any

from endpoint import serve

from local.cloud.invocation import Context
from local.cloud.template import Template, load_handler
from local.project import EVENTS, TEMPLATE

MILLISECONDS = 1000


def main(port: int) -> None:
    """Serve; the function's variables are those of the process."""
    function = Template.load(TEMPLATE, "").functions["ReceiveFunction"]
    handler = load_handler(function)
    event: dict[str, Any] = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))

    def told(path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        now = {"requestId": str(uuid.uuid4()), "timeEpoch": int(time.time() * MILLISECONDS)}
        asked = {"rawPath": path, "headers": dict(headers), "body": body.decode()}
        answer = handler({**event, **asked, "requestContext": event["requestContext"] | now}, Context.of(function))
        return answer["statusCode"], answer["body"]

    serve(port, told)


if __name__ == "__main__":
    main(int(sys.argv[1]))
