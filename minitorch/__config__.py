"""How it was built. PyTorch: torch/__config__.py."""

import numba
import numpy

from minitorch import cpu, version


def show() -> str:
    """The versions of what computes, one a line. PyTorch: torch.__config__.show."""
    return (
        f"minitorch {version.__version__} (names and results of PyTorch {version.interface}) with:\n"
        f"  - NumPy {numpy.__version__}\n  - Numba {numba.__version__}\n"
    )


def parallel_info() -> str:
    """The number of threads, and how they are started. PyTorch: torch.__config__.parallel_info."""
    return f"minitorch.get_num_threads() : {cpu.get_num_threads()}\nNumba's threads : {numba.config.NUMBA_NUM_THREADS}\n"
