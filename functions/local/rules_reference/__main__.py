"""Write the tables of docs/rules.md; `make docs` does."""

from local.rules_reference.page import PAGE, written

PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
