"""Where the tensors of a test live: `--device cuda` moves every body to the GPU. PyTorch: torch/testing/_internal/common_device_type.py.

PyTorch's live on the same GPU where it has one, else on the CPU: Numba's simulator (NUMBA_ENABLE_CUDASIM=1) is a GPU for
minitorch alone.
"""

import contextlib
import os
from types import ModuleType

try:
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
except ImportError:
    torch, TorchDispatchMode = None, object

ours = theirs = "cpu"  # set by the fixture `device`

# The simulator takes a millisecond for what a GPU does in a nanosecond: large cases are left to the real one.
SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


def choose(device: str) -> None:
    """Where both libraries' tensors live from now on: "cpu" or "cuda"."""
    global ours, theirs
    ours = theirs = device
    if device == "cuda" and not _torch_has_a_gpu():
        theirs = "cpu"
    if theirs == "cuda":  # float32 means float32 in both
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False


def _torch_has_a_gpu() -> bool:
    return torch is not None and not SIMULATED and torch.cuda.is_available()


def of(library: ModuleType) -> str:
    """The device of a library's tensors."""
    return theirs if library is torch else ours


def same(device: object):
    """Where minitorch has what PyTorch has on a device: a GPU's tensors may lie beside the CPU's."""
    return ours if device == theirs else device


def as_theirs(text: str) -> str:
    """A text of minitorch's, with a device that is named in it as it is where PyTorch's tensors live."""
    if ours == theirs:
        return text
    for mine, other in ((", device='cuda:0'", ""), (" (cuda:0)", ""), ("device(type='cuda', index=0)", "device(type='cpu')")):
        text = text.replace(mine, other)
    return text


def here(library: ModuleType, tensor):
    """A tensor of the CPU, on the device of its library's."""
    place = of(library)
    return tensor if place == "cpu" else tensor.to(place)


def default(library: ModuleType) -> contextlib.AbstractContextManager:
    """A block in which the library makes new tensors on its device."""
    place = of(library)
    return contextlib.nullcontext() if place == "cpu" else library.device(place)


@contextlib.contextmanager
def theirs_on_the_cpu():
    """A block for what may raise: an index that does not exist would end PyTorch's CUDA context, which is minitorch's, too."""
    global theirs
    before, theirs = theirs, "cpu"
    try:
        yield
    finally:
        theirs = before


def other_numbers() -> bool:
    """Whether the libraries' generators differ: a GPU's Philox, the CPU's Mersenne Twister."""
    return ours != theirs


class watched_draws:
    """A block in which `drew` becomes true where PyTorch draws random numbers that minitorch cannot draw."""

    drew = False

    def __enter__(self) -> "watched_draws":
        self.watch = _Watch(self) if other_numbers() else contextlib.nullcontext()
        self.watch.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self.watch.__exit__(*error)


class _Watch(TorchDispatchMode):
    """Looks at the generator around every operation that may draw: a body may put its state back at the end."""

    def __init__(self, owner: watched_draws):
        super().__init__()
        self.owner = owner

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        options = options or {}
        seeded = torch.Tag.nondeterministic_seeded in function.tags
        before = torch.get_rng_state() if seeded else None
        result = function(*arguments, **options)
        if seeded and (options.get("generator") or not torch.equal(before, torch.get_rng_state())):
            self.owner.drew = True
        return result
