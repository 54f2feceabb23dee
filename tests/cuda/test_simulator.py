"""Every kernel of the GPU without a GPU: run in Numba's simulator, and compiled for two real ones. PyTorch: none."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "simulated").glob("test_*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_simulated(file):
    """Same results as the CPU's kernels; no access beside an array."""
    _run(file, NUMBA_ENABLE_CUDASIM="1")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_compiled(file):
    """Compiles to PTX for compute capability 8.0 and 9.0, with every signature that the simulator met."""
    if importlib.util.find_spec("numba_cuda") is None or importlib.util.find_spec("nvidia") is None:
        pytest.skip("numba-cuda and NVIDIA's compiler are not installed: pip install 'minitorch[test]' (Linux and Windows)")
    _run(file, MINITORCH_CUDA="compile")


def _run(file: Path, **settings: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", str(file)]
    root = file.parents[3]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, **settings}, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
