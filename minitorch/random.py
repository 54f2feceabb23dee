"""Generator, and the one of the process. PyTorch: torch/random.py, ATen/CPUGeneratorImpl.cpp."""

import contextlib
import os
import threading
from collections.abc import Iterator

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.kernels.cpu.random import STATE
from minitorch.kernels.cpu.random import seed as seed_state


class Generator:
    """A Mersenne Twister whose state is PyTorch's byte for byte. RuntimeError for a device but the CPU.

    An operation that draws holds `lock` while it passes `state` to a kernel. PyTorch: torch.Generator.
    """

    __slots__ = ("_device", "_pending_seed", "_state", "lock")

    def __init__(self, device: "types.device | str | None" = "cpu"):
        self._device = types.device(device or "cpu")
        if self._device.type != "cpu":
            raise RuntimeError(f"a Generator lives on the cpu, not on {self._device}")
        self.lock = threading.Lock()
        self._state = np.zeros(1, STATE)
        self._pending_seed: int | None = 67280421310721

    @property
    def device(self) -> types.device:
        """The device whose stream this is."""
        return self._device

    @property
    def state(self) -> np.ndarray:
        """The record that kernels advance."""
        if self._pending_seed is not None:  # not before the first draw: an import must not wait for Numba
            seed_state(self._state, self._pending_seed)
            self._pending_seed = None
        return self._state

    def manual_seed(self, seed: int) -> "Generator":
        """Start anew from -2**63 <= seed < 2**64; returns self. PyTorch: Generator.manual_seed."""
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        with self.lock:
            self._pending_seed = seed % 2**64
        return self

    def seed(self) -> int:
        """Start anew from a number of the operating system's; returns it. PyTorch: Generator.seed."""
        return self.manual_seed(int.from_bytes(os.urandom(8))).initial_seed()

    def initial_seed(self) -> int:
        """The seed that was set last. PyTorch: Generator.initial_seed."""
        return int(self._state["seed"][0]) if self._pending_seed is None else self._pending_seed

    def get_state(self) -> Tensor:
        """The state: (5056,) uint8, the bytes of PyTorch's. PyTorch: Generator.get_state."""
        with self.lock:
            return wrap(self.state.copy().view(np.uint8))

    def set_state(self, new_state: Tensor) -> "Generator":
        """Go on from what get_state gave, here or in PyTorch; returns self. PyTorch: Generator.set_state."""
        record = _checked_state(new_state)
        with self.lock:
            self._state = record
            self._pending_seed = None
        return self

    def clone_state(self) -> "Generator":
        """A generator of its own at the same point of the stream. PyTorch: Generator.clone_state."""
        return Generator(self._device).set_state(self.get_state())

    def get_offset(self) -> int:
        """RuntimeError: only a GPU's generator has one. PyTorch: Generator.get_offset."""
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int) -> "Generator":
        """RuntimeError: only a GPU's generator has one. PyTorch: Generator.set_offset."""
        raise RuntimeError("CPU Generator does not use offset")

    def __reduce__(self):
        return Generator, (), self.get_state()

    def __setstate__(self, state: Tensor) -> None:
        self.set_state(state)


def _checked_state(new_state: object) -> np.ndarray:
    """A copy of the state as a record. A wrong one would make kernels read outside of it."""
    array = new_state.array if isinstance(new_state, Tensor) else None
    if array is None and hasattr(new_state, "__array__"):
        array = np.asarray(new_state)
    if array is None:
        raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
    if array.dtype != np.uint8:
        raise TypeError("RNG state must be a torch.ByteTensor")
    if not array.flags.c_contiguous:
        raise RuntimeError("RNG state must be contiguous")
    if array.size != STATE.itemsize:
        raise RuntimeError(
            f"Expected a CPUGeneratorImplState of size {STATE.itemsize} but found the input RNG state size "
            f"to be {array.size}"
        )
    given = array.reshape(-1).view(STATE)[0]
    left, following = int(given["left"]), int(given["next"])
    # A twist leaves 624 words at position 0; from then on `left` and `next` move together.
    if not given["seeded"] or not 0 < left <= 624 or left + following > 625:
        raise RuntimeError("Invalid mt19937 state")
    record = np.zeros(1, STATE)
    for field in ("seed", "left", "next"):
        record[field] = given[field]
    record["seeded"] = 1
    record["key"] = given["key"] & 0xFFFFFFFF
    if given["has_cached_normal"]:
        record["cached_normal"] = given["cached_normal"]
        record["has_cached_normal"] = 1
    return record


default_generator = Generator().manual_seed(int.from_bytes(os.urandom(8)))


def _after_fork() -> None:
    default_generator.lock = threading.Lock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def manual_seed(seed: int) -> Generator:
    """Start the default generator anew; anything that int() takes. PyTorch: torch.manual_seed."""
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the default generator anew from the operating system's; returns the seed. PyTorch: torch.seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator. PyTorch: torch.initial_seed."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator: (5056,) uint8. PyTorch: torch.get_rng_state."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set the state of the default generator. PyTorch: torch.set_rng_state."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled: bool = True, device_type: str | None = None) -> Iterator[None]:
    """A block after which the default generator is where it was before. PyTorch: torch.random.fork_rng."""
    if device_type is not None:
        types.device(device_type)
    if not enabled:
        yield
        return
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
