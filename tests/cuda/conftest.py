"""Which tests of the GPU this process collects. PyTorch: none.

`simulated/` and `driven/` need processes of their own, which test_simulator.py starts: Numba's simulator is chosen when Numba is
imported, and the driver when the GPU's kernels are.
"""

import os

from minitorch.kernels import _gpu

collect_ignore_glob = [] if _gpu.simulated() or _gpu.compiled_only() else ["simulated/*"]
if os.environ.get("MINITORCH_TEST_DRIVER") != "fake":
    collect_ignore_glob.append("driven/*")
