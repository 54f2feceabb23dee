"""Processes that fill an empty cache at the same time do not take each other's loops. PyTorch: none."""

import os
import subprocess
import sys

# Each waits before it writes the index, so that without a lock all of them choose the same name for their loop.
FILL = """
import sys, time
from numba.core.caching import IndexDataCacheFile
write = IndexDataCacheFile._save_index
def slowly(self, overloads):
    time.sleep(0.7)
    write(self, overloads)
IndexDataCacheFile._save_index = slowly
import minitorch
getattr(minitorch.ones(3), sys.argv[1])()
"""

READ = """
from numba.core import event
recorder = event.RecordingListener()
event.register("numba:compile", recorder)
import math, minitorch
x = minitorch.ones(3)
print([abs(getattr(x, name)()[0].item() - getattr(math, name)(1)) < 1e-6 for name in ("sin", "cos", "sinh")])
print([each[1].data["dispatcher"].py_func.__name__ for each in recorder.buffer if each[1].is_start])
"""


def test_filled_by_several_processes(tmp_path):
    environment = os.environ | {"MINITORCH_CACHE_DIR": str(tmp_path)}
    writers = [subprocess.Popen([sys.executable, "-c", FILL, name], env=environment) for name in ("sin", "cos", "sinh")]
    assert [each.wait() for each in writers] == [0, 0, 0]
    done = subprocess.run([sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[True, True, True]\n[]\n"
