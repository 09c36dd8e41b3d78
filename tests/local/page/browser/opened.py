"""The page as a person uses it, for the tests of all that is on it."""

from dataclasses import dataclass
from typing import Any

from tests.test_run import Run, eventually

JSON_TOKEN = {"Authorization": "Bearer local-json-token"}


@dataclass
class Opened:
    """The page in a tab, and the run behind it."""

    view: Any
    run: Run

    def post(self, title: str, source: str = "json", **more: Any) -> None:
        """Send a webhook as another program would."""
        answer = self.run.post(source, {"title": title, **more}, JSON_TOKEN)
        assert answer.is_success, answer.text

    def row(self, title: str) -> Any:
        """Return the line of the newest webhook with that title."""
        return self.view.locator(".webhook", has=self.view.locator(".row", has_text=title)).first

    def details(self, title: str) -> Any:
        """Open the webhook and return what is below its line."""
        row = self.row(title)
        row.get_by_role("button").first.click()
        return row.locator(".details")

    def bubble(self, text: str) -> Any:
        return self.view.locator("#bubbles .message", has_text=text)

    def chat(self, name: str) -> None:
        self.view.locator(".chat", has_text=name).click()

    def playground(self) -> None:
        self.view.get_by_role("tab", name="Playground").click()

    def rules(self) -> Any:
        """Return the editor, once it has the rules."""
        editor = self.view.get_by_label("Rules", exact=True)
        eventually(lambda: "chats:" in editor.input_value())
        return editor


def opened(view: Any, run: Run, path: str = "/") -> Opened:
    view.goto(path)
    view.get_by_role("button", name="Alert", exact=True).wait_for()
    return Opened(view, run)
