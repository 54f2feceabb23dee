"""Every kernel of the GPU without a GPU: run in Numba's simulator, and compiled for two real ones. PyTorch: none.

Each way needs processes of its own. Two for each way, and not one for each file: Numba starts in 2 seconds, and what one
file compiled the next one of a process has. One file: `NUMBA_ENABLE_CUDASIM=1 pytest tests/cuda/simulated/test_pool.py`.
"""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "simulated").glob("test_*.py"))
HALVES = {"even": FILES[::2], "odd": FILES[1::2]}
DRIVEN = sorted((Path(__file__).parent / "driven").glob("test_*.py"))


@pytest.mark.parametrize("half", HALVES)
def test_simulated(half):
    """Same results as the CPU's kernels; no access beside an array."""
    _run(HALVES[half], NUMBA_ENABLE_CUDASIM="1")


@pytest.mark.parametrize("half", HALVES)
def test_compiled(half):
    """Compiles to PTX for compute capability 8.0 and 9.0, with every signature that the simulator met."""
    for package in ("numba-cuda", "nvidia-nvvm", "nvidia-cuda-nvrtc"):
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f"{package}, which compiles for GPUs, is not installed: pip install 'minitorch[test]' on Linux")
    _run(HALVES[half], MINITORCH_CUDA="compile")


@pytest.mark.parametrize("file", DRIVEN, ids=lambda file: file.stem)
def test_driven(file):
    """The runtime over a driver that keeps account: what it is asked for, in which order, and what it may not be asked for."""
    _run([file], MINITORCH_TEST_DRIVER="fake")


def _run(files: list[Path], **settings: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *map(str, files)]
    root = files[0].parents[3]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, **settings}, capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
