"""`import minitorch` is cheap: nothing big, no compilation. PyTorch: test/test_import_stats.py."""

import pytest
from helpers import in_new_process


@pytest.mark.smoke
def test_import_loads_none_of_the_big_libraries():
    done = in_new_process("""
import sys
import minitorch
big = "torch torchvision scipy matplotlib rich sklearn pandas PIL hypothesis pytest".split()
print([each for each in big if each in sys.modules])
""")
    assert done.stdout == "[]\n", done.stderr


def test_import_compiles_nothing(tmp_path):
    """With an empty cache: not one function is compiled or even loaded from the cache."""
    done = in_new_process(
        """
from numba.core import event
recorder = event.RecordingListener()
event.register("numba:compile", recorder)
import minitorch
print(len(recorder.buffer))
""",
        MINITORCH_CACHE_DIR=str(tmp_path),
    )
    assert done.stdout == "0\n", done.stderr
    compiled = [file for file in tmp_path.rglob("*") if file.suffix in {".nbi", ".nbc"}]
    assert not compiled


def test_the_first_kernels_import_no_scipy():
    """Numba would import scipy.linalg before the first kernel, only to see whether it is there: 0.18 s."""
    done = in_new_process("""
import sys
import minitorch
minitorch.rand(10).add_(1).sum().item()
print(sorted(each for each in sys.modules if each.split(".")[0] == "scipy"))
""")
    assert done.stdout == "[]\n", done.stderr


def test_import_says_nothing():
    done = in_new_process("import minitorch")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_import_with_warnings_as_errors():
    done = in_new_process("import sys, warnings; warnings.simplefilter('error'); import minitorch")
    assert done.returncode == 0, done.stderr


def test_import_of_each_part_by_itself():
    """No part depends on another one having been imported first."""
    done = in_new_process("""
import subprocess, sys
parts = ["minitorch.nn.functional", "minitorch.optim", "minitorch.utils.data", "minitorch.autograd",
         "minitorch.ops.conv", "minitorch._tensor", "minitorch.kernels.cpu", "minitorch.types"]
for part in parts:
    done = subprocess.run([sys.executable, "-c", f"import {part}"], capture_output=True, text=True)
    print(part, done.returncode, done.stderr[-300:])
""")
    assert all(line.split()[1] == "0" for line in done.stdout.splitlines()), done.stdout + done.stderr
