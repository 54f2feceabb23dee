"""A version that compares by its numbers. PyTorch: torch/torch_version.py."""

import re


class TorchVersion(str):
    """`TorchVersion("2.13.0") > "2.9"`, and `> (1, 8)`; what cannot be read compares as text. PyTorch: as named."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        mine, theirs = _numbers(self), _numbers(other)
        return mine < theirs if mine and theirs else str.__lt__(self, str(other))

    def __eq__(self, other: object) -> bool:
        mine, theirs = _numbers(self), _numbers(other)
        return mine == theirs if mine and theirs else str.__eq__(self, str(other))

    def __le__(self, other: object) -> bool:
        return self < other or self == other

    def __gt__(self, other: object) -> bool:
        return not self <= other

    def __ge__(self, other: object) -> bool:
        return not self < other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def _numbers(version: object) -> tuple[int, ...] | None:
    """(2, 13) of "2.13.0+cpu" and of (2, 13, 0): zeros at the end do not count. None if there are no numbers."""
    if isinstance(version, tuple | list):
        parts = list(version)
    else:
        found = re.match(r"v?(\d+(?:\.\d+)*)", str(version))
        parts = found[1].split(".") if found else []
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        return None
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers) or None
