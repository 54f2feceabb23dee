"""The GPU's runtime over a driver that keeps account instead of a GPU: see fake_driver.py. PyTorch: none.

In a process of its own, which test_driver.py starts: the driver is found when the runtime is imported.
"""

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

if os.environ.get("MINITORCH_TEST_DRIVER") == "fake":
    from fake_driver import FakeDriver

    from minitorch.kernels import _gpu

    FAKE = FakeDriver()
    _gpu.library = lambda: FAKE
    if importlib.util.find_spec("numba_cuda") is None:  # why_not() asks for it
        sys.modules["numba_cuda"] = ModuleType("numba_cuda")
        sys.modules["numba_cuda"].__spec__ = ModuleSpec("numba_cuda", None)

    from minitorch.kernels.cuda import _compile

    def ptx(function, kinds, capability):
        """What is launched is noted by its name, and not run."""
        return f".version 8.0\n.visible .entry {function.__name__}("

    _compile._ptx = ptx


@pytest.fixture
def driver():
    """The driver, with nothing left to do from the test before."""
    from minitorch.kernels.cuda import memory, pinned

    FAKE.finish()
    memory.empty_cache()
    pinned.settle()
    pinned.empty_cache()
    FAKE.calls.clear()
    FAKE.launches.clear()
    yield FAKE
    FAKE.finish()
