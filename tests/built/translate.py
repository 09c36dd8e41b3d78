"""What CloudFormation makes of the template, for SAM's own interpreter: ``python translate.py < changes > templates``.

In come the template's text and, by a name each, what changed: packages, parameters, properties of resources.
"""

import json
import sys
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

PACKAGES = ("CodeUri", "ContentUri")
ENVIRONMENT = {"AWS::Region": "us-east-1", "AWS::Partition": "aws"}
POLICIES = {
    "AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}


class Amazon:
    """The policies of Amazon's that a name may stand for; CloudFormation asks IAM."""

    def load(self) -> dict[str, str]:
        return POLICIES


def translated(
    text: str, packages: dict[str, str], parameters: dict[str, str], properties: dict[str, dict[str, Any]]
) -> Any:
    """Translate it as `sam package` leaves it: each folder is a key in S3, another one if its content is another."""
    document = yaml_parse(text)
    for name, resource in document["Resources"].items():
        given = resource.setdefault("Properties", {})
        given.update(properties.get(name, {}))
        for package in PACKAGES:
            if package in given:
                given[package] = f"s3://bucket/{packages.get(name, name)}"
    return transform(document, {**ENVIRONMENT, **parameters}, Amazon())


def main() -> None:
    asked = json.load(sys.stdin)
    json.dump({name: translated(asked["template"], **change) for name, change in asked["changes"].items()}, sys.stdout)


if __name__ == "__main__":
    main()
