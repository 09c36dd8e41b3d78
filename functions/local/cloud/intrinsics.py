"""CloudFormation's intrinsic functions, answered with the names that things have in the local engine."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

REGION = "us-east-1"
ACCOUNT = "123456789012"  # moto's own; it accepts no other without being told

FIFO_SUFFIX = ".fifo"  # SQS insists on it
PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "hookline",
    "AWS::URLSuffix": "amazonaws.com",
}
NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags: ``!Ref X`` is ``{"Ref": "X"}``, any other ``!Name`` is ``Fn::Name``."""


def _tagged(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = node.value
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _tagged)


def parse(text: str) -> dict[str, Any]:
    loader = _Loader(text)
    try:
        document: dict[str, Any] = loader.get_single_data()
    finally:
        loader.dispose()
    return document


class Intrinsics:
    def __init__(self, document: Mapping[str, Any], endpoint_url: str, parameters: Mapping[str, str]) -> None:
        self._document = document
        self._endpoint_url = endpoint_url.rstrip("/")
        self._parameters = parameters

    def resolve(self, value: Any) -> Any:
        """Return the value with every intrinsic in it answered, as deep as they go."""
        match value:
            case {"Ref": name}:
                return self.ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(name, attribute)
            case {"Fn::Sub": [str(text), extra]}:
                return self._sub(text, self.resolve(extra))
            case {"Fn::Sub": str(text)}:
                return self._sub(text, {})
            case {"Fn::If": [condition, yes, no]}:
                return self.resolve(yes if self._holds({"Condition": condition}) else no)
        return self._inside(value)

    def _inside(self, value: Any) -> Any:
        if isinstance(value, dict):
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        return value

    def is_there(self, thing: Mapping[str, Any]) -> bool:
        """Return whether the condition of a resource or an output holds, if it has one."""
        return "Condition" not in thing or self._holds({"Condition": thing["Condition"]})

    def ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in PSEUDO_PARAMETERS:
            return PSEUDO_PARAMETERS[name]
        if name in self._document.get("Parameters", {}):
            return self._parameter(name)
        if self._is(name, "AWS::SQS::Queue"):
            return f"{self._endpoint_url}/{ACCOUNT}/{self.queue_name(name)}"
        return name

    def arn(self, name: str) -> str:
        if self._is(name, "AWS::SQS::Queue"):
            return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.queue_name(name)}"
        if self._is(name, "AWS::DynamoDB::Table"):
            return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
        if self._is(name, "AWS::CloudWatch::Alarm"):
            return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"

    def queue_name(self, name: str) -> str:
        fifo = self.resolve(self._document["Resources"][name].get("Properties", {}).get("FifoQueue", False))
        return name + FIFO_SUFFIX if str(fifo).lower() == "true" else name

    def _is(self, name: str, kind: str) -> bool:
        return bool(self._document["Resources"].get(name, {}).get("Type") == kind)

    def _parameter(self, name: str) -> str:
        value = self._parameters.get(name, self._document["Parameters"][name].get("Default"))
        if value is None:
            raise ValueError(f"The template's parameter {name} has no Default: give it a value.")
        return str(value)

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute == "Arn":
            return self.arn(name)
        if attribute == "QueueName":
            return self.queue_name(name)
        if attribute == "QueueUrl":
            return str(self.ref(name))
        return f"{name}.{attribute}"

    def _sub(self, text: str, extra: Mapping[str, Any]) -> str:
        def answer(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return "${" + name + "}"
            if name in extra:
                return str(extra[name])
            resource, dot, attribute = name.partition(".")
            return self._attribute(resource, attribute) if dot else str(self.ref(name))

        return _PLACEHOLDER.sub(answer, text)

    def _holds(self, condition: Any) -> bool:
        match condition:
            case {"Condition": name}:
                return self._holds(self._document["Conditions"][name])
            case {"Fn::Equals": [one, other]}:
                return str(self.resolve(one)) == str(self.resolve(other))
            case {"Fn::Not": [inner]}:
                return not self._holds(inner)
            case {"Fn::And": inner}:
                return all(map(self._holds, inner))
            case {"Fn::Or": inner}:
                return any(map(self._holds, inner))
        raise ValueError(f"The template has a condition that isn't understood here: {condition!r}.")
