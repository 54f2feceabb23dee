"""Queues of work for the GPU, and marks in them. PyTorch: torch/cuda/streams.py."""

import contextlib

from minitorch.kernels import _gpu


def _driver():
    from minitorch.kernels.cuda import _driver

    return _driver


class Stream:
    """A queue of work: what is in one is done in order. Raises RuntimeError without a GPU. PyTorch: torch.cuda.Stream."""

    def __new__(cls, device: object = None, priority: int = 0):
        if _gpu.why_not() is not None:
            raise RuntimeError("torch.cuda.Stream requires CUDA support")
        stream = super().__new__(cls)
        stream.cuda_stream = _driver().new_stream()
        return stream

    def synchronize(self) -> None:
        """Wait until its work is done."""
        _driver().wait_for_stream(self.cuda_stream)

    def query(self) -> bool:
        """Whether its work is done."""
        return _driver().stream_is_done(self.cuda_stream)

    def wait_event(self, event: "Event") -> None:
        """Let what is given to it from now on wait for an event."""
        _driver().stream_waits(self.cuda_stream, event._handle)

    def wait_stream(self, stream: "Stream") -> None:
        """Let what is given to it from now on wait for what is in another stream now."""
        self.wait_event(stream.record_event())

    def record_event(self, event: "Event | None" = None) -> "Event":
        """Put a mark here."""
        event = event or Event()
        event.record(self)
        return event

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and self.cuda_stream == other.cuda_stream

    def __hash__(self) -> int:
        return hash(self.cuda_stream)

    def __repr__(self) -> str:
        return f"<torch.cuda.Stream device=cuda:0 cuda_stream={self.cuda_stream:#x}>"


class Event:
    """A mark in a stream, which may tell the time. Raises RuntimeError without a GPU. PyTorch: torch.cuda.Event."""

    def __new__(cls, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False):
        if _gpu.why_not() is not None:
            raise RuntimeError("Tried to instantiate dummy base class Event")
        event = super().__new__(cls)
        event._handle = _driver().new_event(enable_timing)
        event._timed = enable_timing
        return event

    def record(self, stream: Stream | None = None) -> None:
        """Put the mark at the end of a stream, the current one if None."""
        _driver().record_event(self._handle, (stream or current_stream()).cuda_stream)

    def synchronize(self) -> None:
        """Wait until the stream has come to the mark."""
        _driver().wait_for_event(self._handle)

    def query(self) -> bool:
        """Whether the stream has come to the mark."""
        return _driver().event_is_done(self._handle)

    def wait(self, stream: Stream | None = None) -> None:
        """Let a stream wait for the mark."""
        (stream or current_stream()).wait_event(self)

    def elapsed_time(self, end_event: "Event") -> float:
        """Milliseconds from this mark to another. Raises ValueError unless both were made with enable_timing."""
        if not (self._timed and end_event._timed):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        return _driver().elapsed_time(self._handle, end_event._handle)


def _stream_of(handle: int) -> Stream:
    stream = object.__new__(Stream)
    stream.cuda_stream = handle
    return stream


def default_stream(device: object = None) -> Stream:
    """The stream that is used unless one says otherwise. AssertionError without a GPU. PyTorch: torch.cuda.default_stream."""
    _gpu.check()
    return _stream_of(0)


def current_stream(device: object = None) -> Stream:
    """The stream in use. Raises AssertionError without a GPU. PyTorch: torch.cuda.current_stream."""
    _gpu.check()
    return _stream_of(_driver().stream().value or 0)


@contextlib.contextmanager
def stream(stream: Stream | None):
    """A block whose work goes to `stream`; None changes nothing. PyTorch: torch.cuda.stream."""
    if stream is None:
        yield
        return
    before = _driver().use_stream(stream.cuda_stream)
    try:
        yield
    finally:
        _driver().use_stream(before)
