"""Which tests of the GPU this process collects. PyTorch: none.

`simulated/` needs a process of its own, which test_simulator.py starts: Numba's simulator is chosen when Numba is imported.
"""

from minitorch.kernels import _gpu

collect_ignore_glob = [] if _gpu.simulated() or _gpu.compiled_only() else ["simulated/*"]
