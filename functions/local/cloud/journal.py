"""The receipt handles of the batches that a worker holds, kept in files for whoever comes after its crash."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PAGES = "*.handles"


class Journal:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    @contextmanager
    def holding(self, handles: Sequence[str]) -> Iterator[None]:
        page = self._folder / PAGES.replace("*", uuid4().hex)
        page.write_text("\n".join(handles), encoding="ascii")
        # Not in a finally: what couldn't be finished is given back by the next worker.
        yield
        page.unlink()

    def give_back(self, client: "SQSClient", queue_url: str) -> None:
        """Make visible what a dead worker held, so that its chats needn't wait until the visibility runs out."""
        for page in sorted(self._folder.glob(PAGES)):
            # A handle whose message was deleted or has become visible by itself is refused, and that is all right.
            release(client, queue_url, page.read_text(encoding="ascii").split())
            page.unlink()


def release(client: "SQSClient", queue_url: str, handles: Sequence[str]) -> None:
    if handles:
        client.change_message_visibility_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 0} for n, handle in enumerate(handles)
            ],
        )
