"""YAML as plain data that remembers where each part stood."""

from typing import Any

import yaml

from hookline.rules.tree import Path, Tree

_Pairs = dict[str, tuple[yaml.Node, yaml.Node]]  # name -> its own node and its value's
MAX_DEPTH = 50  # levels; the rules need six, and libyaml crashes on a hundred thousand
_MERGE = "tag:yaml.org,2002:merge"
_TEXT = "tag:yaml.org,2002:str"
_LibYaml: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is about ten times faster


def read(text: str, name: str) -> Tree:
    """Return the tree, with what can't be meant in ``problems``. Raises yaml.YAMLError for what isn't YAML."""
    tree = Tree(name, text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            tree.data = _Reader(loader, tree).plain(node, ())
    except _TooDeep as error:
        tree.problems.append(tree.at(error.node, f"the file is nested more than {MAX_DEPTH} levels deep"))
    finally:
        loader.dispose()
    return tree


class _TooDeep(Exception):
    def __init__(self, node: yaml.Node) -> None:
        self.node = node


class _Loader(_LibYaml):  # type: ignore[misc]  # libyaml comes without types
    """Stops where libyaml would go on until it has no stack left: both loaders say when they go down, and up again.

    What they do then themselves is for resolvers by path, of which there are none.
    """

    _depth = 0

    def descend_resolver(self, node: yaml.Node, _: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeep(node)

    def ascend_resolver(self) -> None:
        self._depth -= 1


class _Reader:
    """Turns nodes into data. Aliased nodes are made once, so that anchors can't grow a small file without bounds."""

    def __init__(self, loader: Any, tree: Tree) -> None:
        self._loader = loader
        self._tree = tree
        self._made: dict[int, Any] = {}
        self._paired: dict[int, _Pairs] = {}

    def plain(self, node: yaml.Node, path: Path) -> Any:
        """Return the data of a node."""
        self._tree.nodes.setdefault(path, node)
        if id(node) in self._made:
            return self._made[id(node)]
        self._made[id(node)] = None  # a node that contains itself ends here
        if isinstance(node, yaml.MappingNode):
            made: Any = self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            made = [self.plain(item, (*path, n)) for n, item in enumerate(node.value)]
        else:
            made = self._scalar(node)
        self._made[id(node)] = made
        return made

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping = {}
        for name, (name_node, value_node) in self._pairs(node).items():
            self._tree.names[*path, name] = name_node
            self._tree.nodes[*path, name] = value_node
            mapping[name] = self.plain(value_node, (*path, name))
        return mapping

    def _scalar(self, node: yaml.Node) -> Any:
        if node.tag == _TEXT:  # most are; the constructor would come to the same in ten times the time
            return node.value
        try:
            return self._loader.construct_object(node)
        except (ValueError, LookupError, AttributeError):  # PyYAML on a date that no calendar has, on `!!bool perhaps`
            what = node.tag.rpartition(":")[2]
            self._complain(node, f"{node.value[:50]!r} can't be read as {what}; put it in quotes if it is text")
            return None

    def _pairs(self, node: yaml.MappingNode) -> _Pairs:
        """Return the pairs of a block; what `<<` brings gives way to what stands in the block itself."""
        if id(node) not in self._paired:
            self._paired[id(node)] = {}  # a block that brings itself ends here
            own: _Pairs = {}
            brought: _Pairs = {}
            for name_node, value_node in node.value:
                if name_node.tag == _MERGE:
                    brought = {**self._brought(value_node), **brought}
                elif not isinstance(name_node, yaml.ScalarNode):
                    self._complain(
                        name_node, "a list or a block can't be a name; a text that begins with {{ has to be in quotes"
                    )
                elif name_node.value in own:
                    self._complain(name_node, f"`{name_node.value}` stands here twice")
                else:
                    own[name_node.value] = name_node, value_node
            self._paired[id(node)] = {**brought, **own}
        return self._paired[id(node)]

    def _brought(self, value: yaml.Node) -> _Pairs:
        brought: _Pairs = {}
        for block in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(block, yaml.MappingNode):
                brought = {**self._pairs(block), **brought}
            else:
                self._complain(block, "`<<` takes a block, or a list of blocks")
        return brought

    def _complain(self, node: yaml.Node, sentence: str) -> None:
        self._tree.problems.append(self._tree.at(node, sentence))
