"""Handles that take hooks off again. PyTorch: torch/utils/hooks.py."""

import itertools
import weakref
from collections import OrderedDict

_next_id = itertools.count()


class RemovableHandle:
    """The place of one hook in a dictionary of hooks; also a context manager.

    `extra_dict`: a dictionary, or a list of them, that may hold options of the hook under the same key.
    PyTorch: torch.utils.hooks.RemovableHandle.
    """

    def __init__(self, hooks_dict: OrderedDict, *, extra_dict: OrderedDict | list | None = None):
        if extra_dict is None:
            extra_dict = []
        elif isinstance(extra_dict, dict):
            extra_dict = [extra_dict]
        # Weak: a handle that somebody keeps must not keep the module alive.
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.extra_dict_ref = tuple(weakref.ref(each) for each in extra_dict)
        self.id = next(_next_id)

    def remove(self) -> None:
        """Take the hook off; a second call does nothing."""
        for reference in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __enter__(self) -> "RemovableHandle":
        return self

    def __exit__(self, *unused) -> None:
        self.remove()


def register_on(owner: object, where: str, hook) -> RemovableHandle:
    """Add `hook` to the dictionary that `owner` has under the name `where`, made with the first hook."""
    hooks = owner.__dict__.get(where)
    if hooks is None:
        hooks = OrderedDict()
        setattr(owner, where, hooks)
    return register(hooks, hook)


def register(
    hooks: OrderedDict, hook, prepend: bool = False, options: list[tuple[OrderedDict, bool]] | None = None
) -> RemovableHandle:
    """Add `hook` at the end of `hooks`, or in front of all; `options` are the dictionaries that note a true
    option.
    """
    options = options or []
    handle = RemovableHandle(hooks, extra_dict=[table for table, _ in options])
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    for table, value in options:
        if value:
            table[handle.id] = True
    return handle
