"""Results in JUnit's XML, which CI servers show."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # nosec - written, never read

from local.commands.printable import printable
from local.commands.tested import Result


def write(path: Path, results: Sequence[Result]) -> None:
    """Write one suite with a case for each result. Raises OSError."""
    suite = ET.Element(
        "testsuite",
        name="hookline",
        tests=str(len(results)),
        failures=str(sum(bool(result.difference) for result in results)),
        errors=str(sum(bool(result.error) for result in results)),
        time=_seconds(sum(result.seconds for result in results)),
    )
    for result in results:
        suite.append(_case(result))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _case(result: Result) -> ET.Element:
    case = ET.Element("testcase", classname=result.file, name=result.name, time=_seconds(result.seconds))
    if result.error:
        ET.SubElement(case, "error", message=printable(result.error.partition("\n")[0])).text = printable(result.error)
    elif result.difference:
        said = "\n".join(f"{mark} {line}" for mark, line in result.difference)
        ET.SubElement(case, "failure", message="What came is not what was expected.").text = printable(said)
    return case


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
