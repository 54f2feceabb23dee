"""Queues of work for the GPU, and marks in them. PyTorch: torch/cuda/streams.py, torch/cuda/__init__.py (StreamContext).

A stream has its own list of free memory (kernels/cuda/memory.py): a tensor that a second stream uses is named to it by
`Tensor.record_stream`. The backward pass runs on the stream that `backward()` is called on, while PyTorch runs each of its
operations on the stream of the forward one.
"""

import ctypes
import sys

from minitorch import types
from minitorch.kernels import _gpu
from minitorch.ops.devices import kernels_on


def _driver():
    from minitorch.kernels.cuda import _driver

    return _driver


def _streams():
    from minitorch.kernels.cuda import _streams

    return _streams


_IN_A_POOL = 32  # streams of a priority, given out in turn: they are not ended, because free memory is listed by them
_HIGHEST = -3  # of PyTorch's four priorities
_pools: dict[int, list[int]] = {}
_turns: dict[int, int] = {}


class Stream:
    """A queue of work: what is in one is done in order. Raises RuntimeError without a GPU. PyTorch: torch.cuda.Stream.

    `priority`: 0, or less for more. After 32 of a priority the first comes again, as in PyTorch.
    """

    def __new__(cls, device: object = None, priority: int = 0, *, stream_id: int | None = None, stream_ptr: int | None = None, **kwargs):
        if _gpu.why_not() is not None:
            raise RuntimeError("torch.cuda.Stream requires CUDA support")
        if device is not None:
            kernels_on(device)  # raises where there is no such GPU
        stream = super().__new__(cls)
        given = stream_id if stream_ptr is None else stream_ptr
        stream.cuda_stream = _of_pool(priority) if given is None else given
        return stream

    device_index, device_type = 0, 1

    @property
    def device(self) -> types.device:
        """Where it is."""
        return types.GPU

    @property
    def stream_id(self) -> int:
        """Its number: the driver's."""
        return self.cuda_stream

    @property
    def priority(self) -> int:
        """Its priority."""
        return next((each for each, pool in _pools.items() if self.cuda_stream in pool), 0)

    @staticmethod
    def priority_range() -> tuple[int, int]:
        """The lowest priority and the highest."""
        least, greatest = _streams().priorities()
        return least, max(_HIGHEST, greatest)

    def synchronize(self) -> None:
        """Wait until its work is done."""
        _driver().wait_for_stream(self.cuda_stream)

    def query(self) -> bool:
        """Whether its work is done."""
        return _streams().stream_is_done(self.cuda_stream)

    def wait_event(self, event: "Event") -> None:
        """Let what is given to it from now on wait for an event."""
        event.wait(self)

    def wait_stream(self, stream: "Stream") -> None:
        """Let what is given to it from now on wait for what is in another stream now."""
        self.wait_event(stream.record_event())

    def record_event(self, event: "Event | None" = None) -> "Event":
        """Put a mark here."""
        event = Event() if event is None else event
        event.record(self)
        return event

    @property
    def _as_parameter_(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.cuda_stream)

    def __cuda_stream__(self) -> tuple[int, int]:
        """How other libraries find it: the version of the protocol, and the driver's handle."""
        return 0, self.cuda_stream

    def __enter__(self) -> "Stream":
        self._contexts = [*getattr(self, "_contexts", ()), StreamContext(self)]
        self._contexts[-1].__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._contexts.pop().__exit__(*error)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and self.cuda_stream == other.cuda_stream

    def __hash__(self) -> int:
        return hash((self.cuda_stream, self.device))

    def __repr__(self) -> str:
        return f"<torch.cuda.Stream device=cuda:0 cuda_stream={self.cuda_stream:#x}>"


def _of_pool(priority: int) -> int:
    least, greatest = Stream.priority_range()
    priority = max(greatest, min(least, priority))
    pool, turn = _pools.setdefault(priority, []), _turns.get(priority, 0)
    _turns[priority] = (turn + 1) % _IN_A_POOL
    if turn == len(pool):
        pool.append(_streams().new_stream(priority))
    return pool[turn]


class ExternalStream(Stream):
    """Another library's stream, which must stay alive as long as this object. PyTorch: torch.cuda.ExternalStream."""

    def __new__(cls, stream_ptr: int, device: object = None, **kwargs):
        return super().__new__(cls, stream_ptr=stream_ptr)


class Event:
    """A mark in a stream, which may tell the time. Raises RuntimeError without a GPU. PyTorch: torch.cuda.Event.

    `blocking`: who waits for it sleeps. `interprocess` and `external` are accepted and change nothing.
    """

    cuda_event = 0  # made when it is first recorded

    def __new__(cls, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False, external: bool = False):
        if _gpu.why_not() is not None:
            raise RuntimeError("Tried to instantiate dummy base class Event")
        event = super().__new__(cls)
        event._timed, event._blocking = bool(enable_timing), bool(blocking)
        return event

    @property
    def device(self) -> types.device | None:
        """Where it is; None until it is recorded."""
        return types.GPU if self.cuda_event else None

    def record(self, stream: Stream | None = None) -> None:
        """Put the mark at the end of a stream, the current one if None."""
        stream = current_stream() if stream is None else stream
        if not self.cuda_event:
            self.cuda_event = _streams().new_event(self._timed, self._blocking)
        _streams().record_event(self.cuda_event, stream.cuda_stream)

    def wait(self, stream: Stream | None = None) -> None:
        """Let a stream wait for the mark. Nothing happens where it was never recorded."""
        stream = current_stream() if stream is None else stream
        if self.cuda_event:
            _streams().stream_waits(stream.cuda_stream, self.cuda_event)

    def synchronize(self) -> None:
        """Wait until the stream has come to the mark."""
        if self.cuda_event:
            _streams().wait_for_event(self.cuda_event)
            _driver().tell()

    def query(self) -> bool:
        """Whether the stream has come to the mark."""
        return not self.cuda_event or _streams().event_is_done(self.cuda_event)

    def elapsed_time(self, end_event: "Event") -> float:
        """Milliseconds from this mark to another. Raises ValueError unless both were made with enable_timing, and recorded."""
        if not (self._timed and end_event._timed):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if not (self.cuda_event and end_event.cuda_event):
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        if not (self.query() and end_event.query()):
            raise RuntimeError("Both events must be completed before calculating elapsed time.")
        return _streams().elapsed_time(self.cuda_event, end_event.cuda_event)

    def ipc_handle(self) -> bytes:
        """For another process. Raises NotImplementedError."""
        raise NotImplementedError("minitorch shares no events with other processes")

    @property
    def _as_parameter_(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.cuda_event)

    def __del__(self, ending=sys.is_finalizing):
        if self.cuda_event and not ending():
            _streams().end_event(self.cuda_event)

    def __repr__(self) -> str:
        return f"<torch.cuda.Event {self.cuda_event:#x}>" if self.cuda_event else "<torch.cuda.Event uninitialized>"


def default_stream(device: object = None) -> Stream:
    """The stream that is used unless one says otherwise. AssertionError without a GPU. PyTorch: torch.cuda.default_stream."""
    _gpu.check()
    return Stream(stream_id=0)


def current_stream(device: object = None) -> Stream:
    """This thread's stream. Raises AssertionError without a GPU. PyTorch: torch.cuda.current_stream."""
    _gpu.check()
    return Stream(stream_id=_driver().stream().value or 0)


def get_stream_from_external(data_ptr: int, device: object = None) -> Stream:
    """Another library's stream by its handle. AssertionError without a GPU. PyTorch: torch.cuda.get_stream_from_external."""
    _gpu.check()
    return Stream(stream_id=data_ptr)


def set_stream(stream: Stream | None) -> None:
    """Give this thread's work to `stream` from now on; None changes nothing. PyTorch: torch.cuda.set_stream."""
    if stream is not None:
        _driver().use_stream(stream.cuda_stream)


class StreamContext:
    """A block whose work goes to a stream; None changes nothing. PyTorch: torch.cuda.StreamContext."""

    def __init__(self, stream: Stream | None):
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self._before = _driver().use_stream(self.stream.cuda_stream)

    def __exit__(self, *error: object) -> None:
        if self.stream is not None:
            _driver().use_stream(self._before)


def stream(stream: Stream | None) -> StreamContext:
    """A block whose work goes to `stream`; None changes nothing. PyTorch: torch.cuda.stream."""
    return StreamContext(stream)
