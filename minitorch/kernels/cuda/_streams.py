"""Streams, events and captures of the driver. PyTorch: c10/cuda/{CUDAStream,CUDAEvent,CUDAGraphsC10Utils}.h, ATen/cuda/CUDAGraph.cpp.

A handle is an int. In the simulator all is done at once, and a capture is a list of actions.
"""

import ctypes
import itertools
import time

from minitorch.kernels import _gpu
from minitorch.kernels.cuda import _driver
from minitorch.kernels.cuda._driver import ON_HOST, Capture, call, error, start, stream

# ---- Streams ----


def new_stream(priority: int = 0) -> int:
    """The handle of another stream, which does not wait for the default one. It stays for good."""
    handle = _made("cuStreamCreateWithPriority", 1, priority)
    streams.append(handle)
    return handle


streams = [0]  # the handles of all there are


def priorities() -> tuple[int, int]:
    """The lowest priority of a stream, 0, and the highest, which is negative."""
    if ON_HOST:
        return 0, -5
    start()
    least, greatest = ctypes.c_int(0), ctypes.c_int(0)
    call("cuCtxGetStreamPriorityRange", ctypes.byref(least), ctypes.byref(greatest))
    return least.value, greatest.value


def stream_is_done(handle: int) -> bool:
    """Whether the work of a stream is done."""
    return ON_HOST or _is_done("cuStreamQuery", handle)


_NOT_READY = 600  # CUDA_ERROR_NOT_READY


def stream_waits(handle: int, event: int) -> None:
    """Let a stream wait for an event."""
    if not ON_HOST:
        call("cuStreamWaitEvent", ctypes.c_void_p(handle), ctypes.c_void_p(event), 0)


def wait(waiting: int, other: int) -> None:
    """One stream waits for what is in another now."""
    if waiting != other:
        event = mark(other)
        stream_waits(waiting, event)
        end_event(event)


def _is_done(name: str, handle: int) -> bool:
    start()
    status = getattr(_driver.library, name)(ctypes.c_void_p(handle))
    if status not in (0, _NOT_READY):
        raise error(name, status)
    return status == 0


def new_event(timed: bool, sleeps: bool = False) -> int:
    """The handle of an event. Whoever waits for it sleeps, or else asks again and again."""
    return _made("cuEventCreate", (0 if timed else 2) | (1 if sleeps else 0))


def end_event(event: int) -> None:
    """Give an event back; what waits for it still does."""
    if not ON_HOST and not _gpu.forked():
        _driver.library.cuEventDestroy_v2(ctypes.c_void_p(event))  # its error, at the end of the program, would be no help


def record_event(event: int, stream: int) -> None:
    """Put an event into a stream."""
    if ON_HOST:
        _simulated_times[event] = time.perf_counter()
    else:
        start()
        call("cuEventRecord", ctypes.c_void_p(event), ctypes.c_void_p(stream))


def mark(stream: int) -> int:
    """A new event at the end of a stream."""
    event = new_event(False)
    record_event(event, stream)
    return event


def wait_for_event(event: int) -> None:
    """Wait until the GPU has come to an event."""
    if not ON_HOST:
        call("cuEventSynchronize", ctypes.c_void_p(event))


def event_is_done(event: int) -> bool:
    """Whether the GPU has come to an event."""
    return ON_HOST or _is_done("cuEventQuery", event)


def elapsed_time(begin: int, end: int) -> float:
    """Milliseconds between two events."""
    if ON_HOST:
        return 1000 * (_simulated_times[end] - _simulated_times[begin])
    result = ctypes.c_float(0)
    call("cuEventElapsedTime", ctypes.byref(result), ctypes.c_void_p(begin), ctypes.c_void_p(end))
    return result.value


_simulated_times: dict[int, float] = {}
_simulated_handles = itertools.count(1)


def _made(name: str, *flags: int) -> int:
    if ON_HOST:
        return next(_simulated_handles)
    start()
    handle = ctypes.c_void_p()
    call(name, ctypes.byref(handle), *flags)
    return handle.value


# ---- Captures ----


_MODES = {"global": 0, "thread_local": 1, "relaxed": _driver.RELAXED}


def begin_capture(pool: object, mode: str) -> None:
    """Record what is given to the current stream from now on. Raises RuntimeError for a mode that there is not."""
    if mode not in _MODES:
        raise RuntimeError(f"Unknown capture error mode. Expected `global`, `thread_local`, or `relaxed`, got {mode}")
    if not ON_HOST:
        call("cuStreamBeginCapture_v2", stream(), _MODES[mode])
    _driver.capture = Capture(stream().value or 0, pool)


def end_capture() -> tuple[object, int]:
    """What was recorded, ready to run, and how many pieces it has. Raises RuntimeError where something could not be."""
    ended, _driver.capture = _driver.capture, None
    if ON_HOST:
        return ended.actions, len(ended.actions)
    graph, runnable, count = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t(0)
    call("cuStreamEndCapture", ctypes.c_void_p(ended.stream), ctypes.byref(graph))
    if not graph.value:
        raise RuntimeError("Invalid capture.")
    try:
        call("cuGraphGetNodes", graph, None, ctypes.byref(count))
        call("cuGraphInstantiateWithFlags", ctypes.byref(runnable), graph, ctypes.c_ulonglong(0))
    finally:
        _driver.library.cuGraphDestroy(graph)
    return runnable, count.value


def run_graph(runnable: object) -> None:
    """Give recorded work to the current stream."""
    if ON_HOST:
        for action in runnable:
            action()
    else:
        call("cuGraphLaunch", runnable, stream())


def end_graph(runnable: object) -> None:
    """Give recorded work back. If it is running, it ends first."""
    if not ON_HOST and not _gpu.forked():
        _driver.library.cuGraphExecDestroy(runnable)


