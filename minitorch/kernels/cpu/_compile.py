"""How the loops of this folder are compiled, cached and run in parallel. PyTorch: ATen/Parallel.h (at::parallel_for)."""

import contextlib
import hashlib
import importlib
import os
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import numba
from numba import njit, types
from numba import prange as prange
from numba.core import event
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

try:
    import fcntl
except ImportError:  # Windows, where two processes should not compile at the same time
    fcntl = None

# Elements below which work stays on the calling thread. A serial call costs 0.3 us, a parallel one 1.5 us with warm
# threads and 20-60 us when the cores are busy; 32,768 float32 additions take about 4 us on one core.
GRAIN = 32_768

# Lets LLVM regroup the terms of a sum, and so vectorise it. Keeps NaN, infinity and signed zero (unlike fastmath=True).
REGROUP = {"reassoc", "contract"}


# How often a waiting thread of GNU OpenMP looks before it sleeps: 0.7 ms. Its own default is 300,000 (11 ms), and with two
# other busy processes on two cores a step of a residual network took 1,010 ms, now 62 ms (PyTorch 147 ms; quiet: 23 ms).
# With 1,000 threads sleep between two kernels, and a quiet step takes 31 ms.
SPINS = 20_000


def _load_openmp() -> None:
    """GNU OpenMP reads its settings when it is loaded. A user's own count, and other processes, keep theirs."""
    if "OMP_WAIT_POLICY" in os.environ or "GOMP_SPINCOUNT" in os.environ:
        return
    os.environ["GOMP_SPINCOUNT"] = str(SPINS)
    with contextlib.suppress(ImportError):  # systems on which Numba has no OpenMP
        importlib.import_module("numba.np.ufunc.omppool")
    del os.environ["GOMP_SPINCOUNT"]


_load_openmp()


def serial(function: Callable, fastmath: bool | set = False) -> "_Serial":
    """Compile a loop for one thread. `function` must not raise: it writes a status that its launcher reads."""
    return _Serial(function, fastmath)


def parallel(function: Callable) -> "_Parallel":
    """Compile a loop over `prange`, to be called from Python (never from another compiled loop)."""
    return _Parallel(function)


def chunks(size: int, grain: int = GRAIN) -> int:
    """How many pieces of `grain` elements `size` elements make. Depends on the shape only: same bits for any threads."""
    return (size + grain - 1) // grain


def threads() -> int:
    """How many threads a parallel loop has: for what each of them needs room for, never for what is added to what."""
    return 1 if _forked else numba.get_num_threads()


class _Serial:
    """A loop, made known to Numba when it is first called: the hundred of them cost `import minitorch` 20 ms otherwise."""

    __slots__ = ("_compiled", "_fastmath", "function")

    def __init__(self, function: Callable, fastmath: bool | set = False):
        self.function, self._fastmath = function, fastmath
        self._compiled = None

    @property
    def compiled(self) -> Dispatcher:
        """Numba's own function: calling it directly saves 0.1 us."""
        if self._compiled is None:
            with _cache_directory("serial" + "-".join(sorted(self._fastmath or ()))):
                build = njit(nogil=True, error_model="numpy", fastmath=self._fastmath)
                self._compiled = cached(build(self.function), self.function)
        return self._compiled

    @property
    def _numba_type_(self) -> types.Dispatcher:
        """What Numba asks an object for that a compiled loop names."""
        return types.Dispatcher(self.compiled)

    def __call__(self, *arguments):
        return (self._compiled or self.compiled)(*arguments)


class _Parallel:
    """A parallel loop that runs serially where threads cannot be had: in a forked child, and beside another caller.

    GNU OpenMP kills a forked child at its first parallel region, and Numba's workqueue layer aborts the process when
    two Python threads enter it together; both measured, see docs/architecture.md.
    """

    __slots__ = ("_function", "_many", "_one")

    def __init__(self, function: Callable):
        self._function = function
        self._one = self._many = None

    def for_work(self, elements: int) -> Callable:
        """This loop, or for few elements the same loop on the calling thread: waking another would take longer."""
        return self._alone if elements <= GRAIN else self

    def _alone(self, *arguments):
        if self._one is None:
            self._one = serial(self._function).compiled
        return self._one(*arguments)

    def __call__(self, *arguments):
        if _forked or not _busy.acquire(blocking=False):
            return self._alone(*arguments)
        try:
            if self._many is None:
                with _cache_directory("parallel"):
                    build = njit(parallel=True, nogil=True, error_model="numpy")
                    self._many = cached(build(self._function), self._function)
            return self._many(*arguments)
        finally:
            _busy.release()


_busy = threading.Lock()
_forked = False


def _after_fork() -> None:
    global _forked, _busy
    _forked = True
    _busy = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


def _folder_fingerprint() -> str:
    """A hash of every kernel file. Numba's own stamp covers one file only: an edited formula would return the old result."""
    digest = hashlib.sha256(numba.__version__.encode())
    for file in sorted(Path(__file__).parent.parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _find_cache() -> str | None:
    """A folder only this user can write (the cache is pickle: loading it runs code), or None: compile without a cache."""
    root = os.environ.get("MINITORCH_CACHE_DIR")
    if not root:
        root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        root = os.path.join(root, "minitorch")
    folder = Path(root) / _folder_fingerprint()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
            raise PermissionError(f"{folder} can be written by other users")
        if not os.access(folder, os.W_OK):
            raise PermissionError(f"{folder} cannot be written")
    except (OSError, ValueError) as error:
        warnings.warn(f"minitorch: kernels are compiled anew in every process ({error})", stacklevel=2)
        return None
    return str(folder)


class _cache_directory:
    """Points Numba at our cache while one of our loops is decorated, and leaves a user's own functions alone.

    Each way of compiling has a folder: Numba's index does not tell a function's parallel build from its serial one, and
    would load whichever came first.
    """

    lock = threading.RLock()  # the setting is one for all threads

    def __init__(self, build: str = "cfunc"):
        self.build = build

    def __enter__(self):
        self.lock.acquire()
        self.before = numba.config.CACHE_DIR
        if _CACHE is not None:
            numba.config.CACHE_DIR = os.path.join(_CACHE, self.build)

    def __exit__(self, *unused):
        numba.config.CACHE_DIR = self.before
        self.lock.release()


_CACHE = _find_cache()


def cached(compiled, function: Callable):
    """Let Numba's function load what was compiled before, and save what it compiles. Within `_cache_directory`."""
    if _CACHE is not None:
        compiled._cache = _Cache(function)
    return compiled


class _Cache(FunctionCache):
    """Numba's cache, written to by one process at a time.

    All formulas share the loops of `pointwise.py`, and so one index. Two processes that add to it at once would take
    the same free file name, and a later one would run the wrong formula: seen in the tests, run by two processes.
    """

    def save_overload(self, sig, data) -> None:
        with open(os.path.join(_CACHE, "lock"), "w") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
            super().save_overload(sig, data)


class _Announcer(event.Listener):
    """Says once that kernels are being compiled, so that a first run is not taken for a hang."""

    said = False

    def on_start(self, incident: event.Event) -> None:
        if not _Announcer.said and "minitorch" in incident.data["dispatcher"].py_func.__module__:
            _Announcer.said = True
            where = f"cached in {_CACHE}" if _CACHE else "not cached"
            print(f"minitorch: compiling kernels for this machine, once ({where}) ...", file=sys.stderr, flush=True)

    def on_end(self, incident: event.Event) -> None:
        pass


event.register("numba:compile", _Announcer())
