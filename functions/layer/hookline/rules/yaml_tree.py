"""YAML as plain data that remembers where each part stood."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from hookline.errors import Problem

Path = tuple[int | str, ...]
_MERGE = "tag:yaml.org,2002:merge"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is about ten times faster


@dataclass(slots=True)
class Tree:
    """The data of a file, and the place of every key and item in it."""

    name: str
    data: Any = None
    nodes: dict[Path, yaml.Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path, sentence: str, line: int = 0, column: int = 0) -> Problem:
        """Place a sentence at the path, or at its nearest parent that is in the file; ``line`` counts on from there."""
        while path not in self.nodes and path:
            path = path[:-1]
        mark = self.nodes[path].start_mark if path in self.nodes else None
        if mark is None:
            return Problem(self.name, 1, 1, sentence)
        return Problem(self.name, mark.line + 1 + line, column or mark.column + 1, sentence)


def read(text: str, name: str) -> Tree:
    """Return the tree, with what can't be meant in ``problems``. Raises yaml.YAMLError for what isn't YAML."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        tree = Tree(name)
        if node is not None:
            tree.data = _plain(loader, node, (), tree, {})
        return tree
    finally:
        loader.dispose()


def _plain(loader: Any, node: yaml.Node, path: Path, tree: Tree, seen: dict[int, Any]) -> Any:
    """Turn a node into data. Aliased nodes are made once, so that anchors can't grow a small file without bounds."""
    tree.nodes.setdefault(path, node)
    if id(node) in seen:
        return seen[id(node)]
    seen[id(node)] = None  # a node that contains itself ends here
    if isinstance(node, yaml.MappingNode):
        seen[id(node)] = _mapping(loader, node, path, tree, seen)
    elif isinstance(node, yaml.SequenceNode):
        seen[id(node)] = [_plain(loader, item, (*path, n), tree, seen) for n, item in enumerate(node.value)]
    else:
        seen[id(node)] = loader.construct_object(node)
    return seen[id(node)]


def _mapping(loader: Any, node: yaml.MappingNode, path: Path, tree: Tree, seen: dict[int, Any]) -> dict[str, Any]:
    _find_twice(node, tree)  # before merging: a key may override one that `<<` brings
    loader.flatten_mapping(node)
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        tree.nodes[*path, key] = value_node
        mapping[key] = _plain(loader, value_node, (*path, key), tree, seen)
    return mapping


def _find_twice(node: yaml.MappingNode, tree: Tree) -> None:
    keys: set[str] = set()
    for key_node, _ in node.value:
        key, mark = str(key_node.value), key_node.start_mark
        if key in keys and key_node.tag != _MERGE:
            tree.problems.append(Problem(tree.name, mark.line + 1, mark.column + 1, f"`{key}` stands here twice"))
        keys.add(key)
