"""Imports Numba quickly. PyTorch: torch/_C.

Numba imports SciPy only to see whether it is too old: 30 to 100 ms at every start for nothing, as no kernel here calls
LAPACK through Numba; and before the first kernel all of scipy.linalg, to see whether it is there: 180 ms. And its 200,000 objects live as long as the process: the garbage collector need not walk over them
while they are made, at each full collection, or at exit (`import minitorch`: 0.63 s before, 0.33 s since).
"""

import gc
import importlib.util
import os
import sys

# Intel's SVML, where installed, would replace log, sin and cos by versions with other last bits (random numbers!).
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

_collecting = gc.isenabled()
gc.disable()
try:
    if "scipy" in sys.modules or "numba" in sys.modules:
        import numba
    else:
        sys.modules["scipy"] = None  # type: ignore[assignment]  # "import scipy" now raises ImportError
        try:
            import numba
        finally:
            del sys.modules["scipy"]
        if importlib.util.find_spec("scipy"):
            from numba.np import linalg

            check = linalg.ensure_blas
            linalg.ensure_blas = lambda: None  # numba.np.arraymath asks once, and gets the answer it would get
            try:
                import numba.np.arraymath
            finally:
                linalg.ensure_blas = numba.np.arraymath.ensure_blas = check
finally:
    gc.freeze()
    if _collecting:
        gc.enable()

version = numba.__version__
