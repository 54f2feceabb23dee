"""A pickle machine that builds data and runs no code. PyTorch: torch/_weights_only_unpickler.py.

It knows only the opcodes that torch.save writes, calls only what is in a list, and changes only containers that it made.
"""

import pickle
import pickletools
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

_MARK = object()


def load(data: bytes, allowed: Mapping[str, Any], persistent_load: Callable[[tuple], Any]) -> Any:
    """The object that the pickle describes.

    `allowed`: what may be named in it, by full name. Raises pickle.UnpicklingError for anything else, with the offset.
    """
    machine = _Machine(allowed, persistent_load)
    place = 0
    try:
        for opcode, argument, offset in pickletools.genops(data):
            place = offset
            if opcode.name == "STOP":
                return machine.result()
            step = STEPS.get(opcode.name)
            if step is None:
                raise pickle.UnpicklingError(f"Unsupported operand {ord(opcode.code)}")
            step(machine, argument)
    except pickle.UnpicklingError as error:
        error.add_note(f"at offset {place} of data.pkl")
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, MemoryError, RecursionError) as error:
        raise pickle.UnpicklingError(f"{type(error).__name__} at offset {place} of data.pkl: {error}") from error
    raise pickle.UnpicklingError("data.pkl ends before its end")


class _Machine:
    """A stack, and a memory of what was built."""

    def __init__(self, allowed: Mapping[str, Any], persistent_load: Callable[[tuple], Any]):
        self.stack: list = []
        self.memo: dict[int, Any] = {}
        self.allowed = allowed
        self.persistent_load = persistent_load

    def result(self) -> Any:
        if len(self.stack) != 1 or self.stack[0] is _MARK:
            raise pickle.UnpicklingError(f"{len(self.stack)} objects are left at the end, expected 1")
        return self.stack.pop()

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise pickle.UnpicklingError("there is nothing after the mark")
        return value

    def since_mark(self) -> list:
        """What was pushed after the last mark, which is taken away too."""
        values = []
        while (value := self.stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]

    def top(self, *kinds: type) -> Any:
        """The object that is to be changed; it must be one that the pickle may change."""
        value = self.stack[-1]
        if type(value) not in kinds:
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise pickle.UnpicklingError(f"Can only change {expected}, but got {type(value)}")
        return value


def _push(machine: _Machine, value: Any) -> None:
    machine.stack.append(value)


def _global(machine: _Machine, argument: str) -> None:
    name = ".".join(argument.split(" ")).replace("__builtin__.", "builtins.")
    if name not in machine.allowed:
        raise pickle.UnpicklingError(
            f"Unsupported global: GLOBAL {name} was not an allowed global by default. Please use "
            f"`torch.serialization.add_safe_globals([{name}])` or the `torch.serialization.safe_globals([{name}])` context "
            "manager to allowlist this global if you trust this class/function."
        )
    machine.stack.append(machine.allowed[name])


def _reduce(machine: _Machine, argument: Any) -> None:
    arguments, function = machine.pop(), machine.pop()
    if type(arguments) is not tuple or not any(function is each for each in machine.allowed.values()):
        raise pickle.UnpicklingError(f"Trying to call reduce for unrecognized function {function}")
    machine.stack.append(function(*arguments))


def _new(machine: _Machine, argument: Any) -> None:
    arguments, cls = machine.pop(), machine.pop()
    known = isinstance(cls, type) and any(cls is each for each in machine.allowed.values())
    if type(arguments) is not tuple or not known:
        raise pickle.UnpicklingError(
            "Can only create new object for nn.Parameter or classes allowlisted via `add_safe_globals` but got "
            f"{cls}"
        )
    machine.stack.append(cls.__new__(cls, *arguments))


def _build(machine: _Machine, argument: Any) -> None:
    state, value = machine.pop(), machine.stack[-1]
    if type(value) is OrderedDict and type(state) is dict and set(state) <= {"_metadata"}:
        value.__dict__.update(state)  # of a module's state_dict
    elif not any(type(value) is each for each in machine.allowed.values()) or type(value) in _PLAIN:
        raise pickle.UnpicklingError(
            "Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but got "
            f"{type(value)}"
        )
    elif hasattr(value, "__setstate__"):
        value.__setstate__(state)
    else:
        value.__dict__.update(state)


_PLAIN = {OrderedDict, Counter, set, bytearray, complex}


def _append(machine: _Machine, argument: Any) -> None:
    value = machine.pop()
    machine.top(list).append(value)


def _appends(machine: _Machine, argument: Any) -> None:
    values = machine.since_mark()
    machine.top(list).extend(values)


def _set_item(machine: _Machine, argument: Any) -> None:
    value, key = machine.pop(), machine.pop()
    machine.top(dict, OrderedDict, Counter)[checked_key(key)] = value


def _set_items(machine: _Machine, argument: Any) -> None:
    values = machine.since_mark()
    if len(values) % 2:
        raise pickle.UnpicklingError("a key without a value")
    machine.top(dict, OrderedDict, Counter).update(
        zip(map(checked_key, values[::2]), values[1::2])
    )


def checked_key(key: Any) -> Any:
    """A key of a dictionary. A tuple of tuples of tuples ... would exhaust the stack when it is hashed."""
    level = [key]
    for _ in range(10):
        level = [part for each in level if isinstance(each, tuple) for part in each]
        if not level:
            return key
    raise pickle.UnpicklingError("a key of more than ten nested tuples")


def _tuple(machine: _Machine, size: int) -> None:
    values = [machine.pop() for _ in range(size)]
    machine.stack.append(tuple(values[::-1]))


def _persistent(machine: _Machine, argument: Any) -> None:
    key = machine.pop()
    if type(key) is not tuple or not key or key[0] != "storage":
        raise pickle.UnpicklingError(f"Only persistent_load of storage is allowed, but got {key!r:.100}")
    machine.stack.append(machine.persistent_load(key))


def _put(machine: _Machine, place: int) -> None:
    if place < 0 or machine.stack[-1] is _MARK:
        raise pickle.UnpicklingError("nothing to remember")
    machine.memo[place] = machine.stack[-1]


STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda machine, version: None,
    "MARK": lambda machine, argument: _push(machine, _MARK),
    "NONE": lambda machine, argument: _push(machine, None),
    "NEWTRUE": lambda machine, argument: _push(machine, True),
    "NEWFALSE": lambda machine, argument: _push(machine, False),
    "BININT": _push,
    "BININT1": _push,
    "BININT2": _push,
    "LONG1": _push,
    "BINFLOAT": _push,
    "BINUNICODE": _push,
    "SHORT_BINSTRING": _push,
    "EMPTY_TUPLE": lambda machine, argument: _push(machine, ()),
    "EMPTY_LIST": lambda machine, argument: _push(machine, []),
    "EMPTY_DICT": lambda machine, argument: _push(machine, {}),
    "EMPTY_SET": lambda machine, argument: _push(machine, set()),
    "TUPLE": lambda machine, argument: _push(machine, tuple(machine.since_mark())),
    "TUPLE1": lambda machine, argument: _tuple(machine, 1),
    "TUPLE2": lambda machine, argument: _tuple(machine, 2),
    "TUPLE3": lambda machine, argument: _tuple(machine, 3),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "BINGET": lambda machine, place: _push(machine, machine.memo[place]),
    "LONG_BINGET": lambda machine, place: _push(machine, machine.memo[place]),
    "GLOBAL": _global,
    "REDUCE": _reduce,
    "NEWOBJ": _new,
    "BUILD": _build,
    "BINPERSID": _persistent,
}
