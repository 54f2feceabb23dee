"""Generator, and those of the process. PyTorch: torch/random.py, ATen/{CPUGeneratorImpl,cuda/CUDAGeneratorImpl}.cpp."""

import contextlib
import os
import threading
from collections.abc import Iterator
from types import ModuleType

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.kernels import _gpu
from minitorch.kernels.cpu import random as cpu_engine
from minitorch.kernels.cpu.random import STATE


class Generator:
    """A Mersenne Twister, or Philox for a GPU, whose state is PyTorch's byte for byte.

    An operation that draws holds `lock` while it passes `state` to a kernel. RuntimeError for another device; without
    a GPU what every use of it raises. PyTorch: torch.Generator.
    """

    __slots__ = ("_device", "_engine", "_pending_seed", "_state", "lock")

    def __init__(self, device: "types.device | str | None" = "cpu"):
        self._device = types.device(device or "cpu")
        self._engine = _engine(self._device)
        self.lock = threading.Lock()
        self._state = np.zeros(1, self._engine.STATE)
        self._pending_seed: int | None = 67280421310721

    @property
    def device(self) -> types.device:
        """The device whose stream this is."""
        return self._device

    @property
    def state(self) -> np.ndarray:
        """The record that kernels advance."""
        if self._pending_seed is not None:  # not before the first draw: an import must not wait for Numba
            self._engine.seed(self._state, self._pending_seed)
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
        """The state: (5056,) uint8 on the CPU, of a GPU's (16,): the bytes of PyTorch's. PyTorch: Generator.get_state."""
        with self.lock:
            return wrap(self.state.copy().view(np.uint8))

    def set_state(self, new_state: Tensor) -> "Generator":
        """Go on from what get_state gave, here or in PyTorch; returns self. PyTorch: Generator.set_state."""
        record = (_checked_state if self._device.type == "cpu" else _checked_offset)(new_state)
        with self.lock:
            self._state = record
            self._pending_seed = None
        return self

    def clone_state(self) -> "Generator":
        """A generator of its own at the same point of the stream. PyTorch: Generator.clone_state."""
        return Generator(self._device).set_state(self.get_state())

    def get_offset(self) -> int:
        """How many words each thread has drawn. RuntimeError on the CPU. PyTorch: Generator.get_offset."""
        self._check_offset()
        return int(self.state["offset"][0])

    def set_offset(self, offset: int) -> "Generator":
        """Go on from there: a multiple of 4; returns self. RuntimeError on the CPU. PyTorch: Generator.set_offset."""
        self._check_offset()
        if offset % 4:
            raise RuntimeError("offset must be a multiple of 4")
        with self.lock:
            self.state["offset"] = offset
        return self

    def _check_offset(self) -> None:
        if self._device.type == "cpu":
            raise RuntimeError("CPU Generator does not use offset")

    def __reduce__(self):
        return Generator, (self._device,), self.get_state()

    def __setstate__(self, state: Tensor) -> None:
        self.set_state(state)


def _engine(device: types.device) -> ModuleType:
    """Which file has a device's numbers."""
    if device.type == "cpu":
        return cpu_engine
    if device.type != "cuda":
        raise RuntimeError(f"a Generator lives on the cpu or a GPU, not on {device}")
    _gpu.check()
    from minitorch.kernels.cuda import random as gpu_engine

    return gpu_engine


def _checked_offset(new_state: object) -> np.ndarray:
    """A copy of a GPU generator's state as a record: the seed, and the offset (PyTorch takes one without it)."""
    array = _bytes(new_state)
    if array.size not in (8, 16):
        raise RuntimeError("RNG state is wrong size")
    record = np.zeros(16, np.uint8)
    record[: array.size] = array.reshape(-1)
    record = record.view([("seed", "<u8"), ("offset", "<u8")])
    if int(record["offset"][0]) % 4:
        raise RuntimeError("offset must be a multiple of 4")
    return record


def _bytes(new_state: object) -> np.ndarray:
    array = new_state.array if isinstance(new_state, Tensor) else None
    if array is None and hasattr(new_state, "__array__"):
        array = np.asarray(new_state)
    if array is None:
        raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
    if array.dtype != np.uint8:
        raise TypeError("RNG state must be a torch.ByteTensor")
    if not array.flags.c_contiguous:
        raise RuntimeError("RNG state must be contiguous")
    return array


def _checked_state(new_state: object) -> np.ndarray:
    """A copy of the state as a record. A wrong one would make kernels read outside of it."""
    array = _bytes(new_state)
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
_gpu_generator: Generator | None = None
_gpu_seed: int | None = None  # for the GPU's, which is made when it is first used


def gpu_generator() -> Generator:
    """The GPU's own. Raises an error that says why where there is no GPU. PyTorch: torch.cuda.default_generators[0]."""
    global _gpu_generator
    if _gpu_generator is None:
        made = Generator(types.GPU)
        _gpu_generator = made.manual_seed(_gpu_seed if _gpu_seed is not None else int.from_bytes(os.urandom(8)))
    return _gpu_generator


def seed_gpu(seed: int) -> None:
    """Start the GPU's generator anew, now or when it is first used. PyTorch: torch.cuda.manual_seed."""
    global _gpu_seed
    _gpu_seed = int(seed) % 2**64
    if _gpu_generator is not None:
        _gpu_generator.manual_seed(_gpu_seed)


def generator_of(tensor: Tensor) -> Generator:
    """The default generator of the device that a tensor is on."""
    return default_generator if type(tensor.array) is np.ndarray else gpu_generator()


def _after_fork() -> None:
    default_generator.lock = threading.Lock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def manual_seed(seed: int) -> Generator:
    """Start the default generators anew; anything that int() takes. PyTorch: torch.manual_seed."""
    result = default_generator.manual_seed(int(seed))
    seed_gpu(int(seed))
    return result


def seed() -> int:
    """Start the default generators anew from the operating system's; returns the seed. PyTorch: torch.seed."""
    result = default_generator.seed()
    seed_gpu(result)
    return result


def initial_seed() -> int:
    """The seed of the default generator. PyTorch: torch.initial_seed."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator: (5056,) uint8. PyTorch: torch.get_rng_state."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set the state of the default generator. PyTorch: torch.set_rng_state."""
    default_generator.set_state(new_state)


def default_states() -> list[tuple[Generator, Tensor]]:
    """The default generators of the devices in use, each with its state: to draw the same numbers again."""
    used = [default_generator, gpu_generator()] if _gpu_generator is not None or _gpu.in_use() else [default_generator]
    return [(each, each.get_state()) for each in used]


def set_default_states(states: list[tuple[Generator, Tensor]]) -> None:
    """Put default generators back to where they were."""
    for generator, state in states:
        generator.set_state(state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled: bool = True, device_type: str | None = None) -> Iterator[None]:
    """A block after which the default generators are where they were before. PyTorch: torch.random.fork_rng."""
    if device_type is not None:
        types.device(device_type)
    if not enabled:
        yield
        return
    states = default_states()
    try:
        yield
    finally:
        set_default_states(states)
