"""What `minitorch bench` runs: a case. PyTorch: torch/utils/benchmark/utils/common.py (TaskSpec).

The files of this folder are plain PyTorch: each says `import torch` and has a list CASES. In PyTorch's process that is
PyTorch; in minitorch's process, as in `minitorch run`, it is minitorch.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Case:
    """`make()` prepares and returns a function without arguments: what is timed.

    A `fresh` case runs in new processes: PyTorch's memory comes from malloc, which keeps more of it after large blocks
    were freed, so that a step can be a third faster in a process that did something larger before.
    With `memory_formats`, PyTorch also runs `make(torch.channels_last)`, and the faster of the two counts.
    """

    name: str  # the full name is file/name: gemm/512x512x512
    make: Callable[..., Callable[[], object]]
    flops: float = 0  # additions, multiplications, comparisons of one run; 0: not counted
    bytes: float = 0  # read and written once by a run that keeps nothing in between; 0: not counted
    limit: float | None = None  # minitorch's time is to be at most so many times PyTorch's
    gpu_limit: float | None = None  # the same on a GPU
    gpu_only: bool = False  # of a size for GPUs
    memory_formats: bool = False
    threads: int | None = None  # instead of the number that all cases use
    fresh: bool = False
