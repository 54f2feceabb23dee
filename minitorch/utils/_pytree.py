"""Nested tuples, lists and dictionaries as flat lists of leaves. PyTorch: torch/utils/_pytree.py."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TreeSpec:
    """The shape of a tree: what its node is, and the specs of the children; a leaf has the type None.

    PyTorch: torch.utils._pytree.TreeSpec.
    """

    type: type | None
    context: Any  # of a dictionary: its keys
    children: tuple["TreeSpec", ...]

    def __repr__(self) -> str:
        if self.type is None:
            return "*"
        inner = ",\n  ".join(repr(each) for each in self.children)
        return f"TreeSpec({self.type.__name__}, {self.context}, [{inner}])"


LEAF = TreeSpec(None, None, ())


def tree_flatten(tree: Any) -> tuple[list, TreeSpec]:
    """The leaves from left to right, and the shape that puts them together again."""
    parts = _children(tree)
    if parts is None:
        return [tree], LEAF
    children, context = parts
    leaves: list = []
    specs = []
    for child in children:
        below, spec = tree_flatten(child)
        leaves += below
        specs.append(spec)
    return leaves, TreeSpec(type(tree), context, tuple(specs))


def tree_unflatten(leaves, spec: TreeSpec) -> Any:
    """The tree of that shape with these leaves."""
    leaves = iter(leaves)
    return _build(leaves, spec)


def tree_leaves(tree: Any) -> list:
    """The leaves from left to right."""
    return tree_flatten(tree)[0]


def tree_map(function: Callable, tree: Any) -> Any:
    """The tree with `function` of each leaf."""
    leaves, spec = tree_flatten(tree)
    return tree_unflatten([function(leaf) for leaf in leaves], spec)


def broadcast_to(tree: Any, spec: TreeSpec) -> list | None:
    """One leaf for each of `spec`, where a leaf of `tree` may stand for a whole branch; None if they do not fit."""
    parts = _children(tree)
    if spec.type is None:
        return [tree] if parts is None else None
    if parts is None:
        return [tree] * _count(spec)
    children, context = parts
    if type(tree) is not spec.type or context != spec.context or len(children) != len(spec.children):
        return None
    leaves: list = []
    for child, child_spec in zip(children, spec.children):
        below = broadcast_to(child, child_spec)
        if below is None:
            return None
        leaves += below
    return leaves


def _children(tree: Any) -> tuple[list, Any] | None:
    if isinstance(tree, (dict, OrderedDict, defaultdict)):
        return list(tree.values()), list(tree)
    if isinstance(tree, (list, tuple)):
        return list(tree), None
    return None


def _count(spec: TreeSpec) -> int:
    return 1 if spec.type is None else sum(_count(each) for each in spec.children)


def _build(leaves, spec: TreeSpec) -> Any:
    if spec.type is None:
        return next(leaves)
    children = [_build(leaves, each) for each in spec.children]
    if issubclass(spec.type, dict):
        pairs = zip(spec.context, children)
        return OrderedDict(pairs) if issubclass(spec.type, OrderedDict) else dict(pairs)
    if hasattr(spec.type, "_make"):  # a named tuple
        return spec.type(*children)
    if hasattr(spec.type, "_fields"):  # one of minitorch.return_types
        return spec.type(children)
    return list(children) if issubclass(spec.type, list) else tuple(children)
