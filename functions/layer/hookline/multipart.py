"""Reads multipart forms; of a file only the name, type and size, never the content."""

from typing import Any

from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header

from hookline.errors import UnreadableBody


def read(content_type: str, body: bytes, most_fields: int) -> list[tuple[str, Any]]:
    """Return name and value of each field in order; a file is ``{filename, content_type, size}``.

    Raises UnreadableBody, also when the closing boundary is missing: half a form is not what somebody sent.
    """
    pairs: list[tuple[str, Any]] = []
    ended: list[bool] = []

    def add(name: bytes | None, value: Any) -> None:
        # The parser holds to its own limit in urlencoded forms only.
        if len(pairs) == most_fields:
            raise UnreadableBody(f"The form has more than {most_fields} fields.")
        pairs.append((_text(name), value))

    def on_field(field: Field) -> None:
        add(field.field_name, _text(field.value))

    def on_file(file: File) -> None:
        # A file input that was left empty is sent without a name.
        if file.file_name:
            described = {"filename": _text(file.file_name), "content_type": file.content_type or "", "size": file.size}
            add(file.field_name, described)
        file.close()

    try:
        _, options = parse_options_header(content_type)
        parser = FormParser(
            "multipart/form-data",
            on_field,
            on_file,
            on_end=lambda: ended.append(True),
            boundary=options.get(b"boundary"),
            config={"MAX_MEMORY_FILE_SIZE": float("inf")},
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise UnreadableBody("The multipart form can't be read.") from error
    if not ended:
        raise UnreadableBody("The multipart form ends before its closing boundary.")
    return pairs


def _text(value: bytes | None) -> str:
    """Decode as UTF-8. Raises UnicodeDecodeError, which is a ValueError."""
    return (value or b"").decode()
