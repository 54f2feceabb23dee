"""The older names of minitorch.profiler. PyTorch: torch/autograd/profiler.py."""

from minitorch.profiler.profiler import ProfilerAction
from minitorch.profiler.profiler import profile as profile_of_steps
from minitorch.profiler.profiler import record_function as record_function


class profile(profile_of_steps):  # noqa: N801
    """Counts and times every operation inside the block, unless `enabled=False`; the other options change nothing.

    PyTorch: torch.autograd.profiler.profile.
    """

    def __init__(self, enabled: bool = True, **unused) -> None:
        super().__init__(schedule=None if enabled else _never)


def _never(step: int) -> ProfilerAction:
    return ProfilerAction.NONE


class emit_nvtx:  # noqa: N801
    """A block that does nothing: it is for NVIDIA's profiler. PyTorch: torch.autograd.profiler.emit_nvtx."""

    def __init__(self, enabled: bool = True, record_shapes: bool = False) -> None:
        self.enabled = enabled

    def __enter__(self) -> "emit_nvtx":
        return self

    def __exit__(self, *unused) -> None:
        pass
