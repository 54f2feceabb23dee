"""Imports Numba without SciPy, which Numba imports only to see whether it is too old. PyTorch: torch/_C.

It would add 30 to 100 ms to every start, for nothing: no kernel here calls LAPACK through Numba.
"""

import os
import sys

# Intel's SVML, where installed, would replace log, sin and cos by versions with other last bits (random numbers!).
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

if "scipy" in sys.modules or "numba" in sys.modules:
    import numba
else:
    sys.modules["scipy"] = None  # type: ignore[assignment]  # "import scipy" now raises ImportError
    try:
        import numba
    finally:
        del sys.modules["scipy"]

version = numba.__version__
