"""NVIDIA's driver without a GPU: it keeps account, and does nothing before it must. PyTorch: none.

Work given to a stream waits in a list until somebody waits for it: a copy reads its source as late as it may, so that
memory given away too early shows. Only copies are carried out; a launch is noted.
"""

import ctypes
import itertools

import numpy as np

OUT_OF_MEMORY, NO_DEVICE, INVALID, NOT_READY, CAPTURING, INVALIDATED = 2, 100, 1, 600, 900, 901
WORDS = {
    OUT_OF_MEMORY: "out of memory", NO_DEVICE: "no CUDA-capable device is detected", NOT_READY: "device not ready",
    802: "system not yet initialized", CAPTURING: "operation not permitted when stream is capturing",
    INVALIDATED: "operation failed due to a previous error during capture",
}  # fmt: skip
ATTRIBUTES = {75: 9, 76: 0, 16: 132}  # an H100


def _value(given) -> int:
    return (given.value if hasattr(given, "value") else given) or 0


class Mark:
    """One recording of an event."""

    def __init__(self, stream: int):
        self.stream, self.done = stream, False


class FakeDriver:
    """The functions of libcuda.so by their names. `calls` has those that were called; `limit` is how much memory there is."""

    def __init__(self, version: int = 13000, devices: int = 1, limit: int = 1 << 30, broken: int = 0):
        self.version, self.devices, self.limit, self.broken = version, devices, limit, broken
        self.calls: list[str] = []
        self.launches: list[tuple[str, int, bytes]] = []  # kernel, stream, its struct of arguments
        self.waiting: dict[int, list] = {0: []}
        self.device: dict[int, np.ndarray] = {}
        self.pinned: dict[int, np.ndarray] = {}
        self.events: dict[int, Mark | None] = {}
        self.functions: dict[int, str] = {}
        self.graphs: dict[int, list] = {}
        self.recorded: list | None = None
        self.capturing, self.mode, self.invalid = None, 0, False
        self.handles = itertools.count(4096, 16)

    def cuInit(self, flags):
        return self.broken or (0 if self.devices else NO_DEVICE)

    def cuDriverGetVersion(self, out):
        out._obj.value = self.version
        return 0

    def cuDeviceGetCount(self, out):
        out._obj.value = self.devices
        return 0

    def cuDeviceGet(self, out, number):
        out._obj.value = number
        return 0

    def cuDevicePrimaryCtxRetain(self, out, device):
        out._obj.value = 7
        return 0

    def cuCtxSetCurrent(self, context):
        self.calls.append("cuCtxSetCurrent")
        return 0

    def cuDeviceGetAttribute(self, out, attribute, device):
        out._obj.value = ATTRIBUTES[attribute]
        return 0

    def cuGetErrorString(self, status, out):
        out._obj.value = WORDS.get(status, "unknown").encode()
        return 0

    # ---- Memory ----

    def cuMemAlloc_v2(self, out, size):
        if self._forbidden("cuMemAlloc_v2"):
            return CAPTURING
        if sum(map(len, self.device.values())) + size.value > self.limit:
            return OUT_OF_MEMORY
        out._obj.value = self._new(self.device, size.value)
        return 0

    def cuMemFree_v2(self, address):
        if self._forbidden("cuMemFree_v2"):
            return CAPTURING
        self.finish()
        del self.device[address.value]
        return 0

    def cuMemHostAlloc(self, out, size, flags):
        if self._forbidden("cuMemHostAlloc"):
            return CAPTURING
        out._obj.value = self._new(self.pinned, size.value)
        return 0

    def cuMemFreeHost(self, address):
        self.calls.append("cuMemFreeHost")
        del self.pinned[address.value]
        return 0

    def cuMemGetInfo_v2(self, free, total):
        free._obj.value = self.limit - sum(map(len, self.device.values()))
        total._obj.value = self.limit
        return 0

    def cuPointerGetAttribute(self, out, attribute, address):
        assert attribute == 2
        for kind, blocks in ((1, self.pinned), (2, self.device)):
            if self._inside(blocks, address.value, 1):
                out._obj.value = kind
                return 0
        return INVALID

    def cuMemcpyHtoDAsync_v2(self, target, source, size, stream):
        target, source, size = target.value, source.value, size.value
        if not self._inside(self.pinned, source, size):
            staged = ctypes.create_string_buffer(ctypes.string_at(source, size), size)
            return self._give(stream, "HtoD", lambda: self._copy(target, ctypes.addressof(staged), size, self.device, None))
        return self._give(stream, "HtoD, pinned", lambda: self._copy(target, source, size, self.device, self.pinned))

    def cuMemcpyDtoHAsync_v2(self, target, source, size, stream):
        target, source, size = target.value, source.value, size.value
        is_pinned = self._inside(self.pinned, target, size)
        status = self._give(stream, "DtoH", lambda: self._copy(target, source, size, None, self.device))
        if not is_pinned and status == 0:
            self._run(_value(stream))
        return status

    def cuMemcpyDtoDAsync_v2(self, target, source, size, stream):
        target, source, size = target.value, source.value, size.value
        return self._give(stream, "DtoD", lambda: self._copy(target, source, size, self.device, self.device))

    def cuMemsetD8Async(self, address, value, size, stream):
        address, value, size = address.value, value.value, size.value
        return self._give(stream, "memset", lambda: ctypes.memset(address, value, size))

    def _new(self, blocks: dict, size: int) -> int:
        block = np.full(size, 0xAA, np.uint8)
        blocks[block.ctypes.data] = block
        return block.ctypes.data

    def _inside(self, blocks: dict, address: int, size: int) -> bool:
        return any(begin <= address and address + size <= begin + len(block) for begin, block in blocks.items())

    def _copy(self, target: int, source: int, size: int, targets: dict | None, sources: dict | None) -> None:
        for address, blocks in ((target, targets), (source, sources)):
            assert blocks is None or self._inside(blocks, address, size), "a copy of memory that was given back"
        ctypes.memmove(target, source, size)

    # ---- Streams and events ----

    def cuCtxGetStreamPriorityRange(self, least, greatest):
        least._obj.value, greatest._obj.value = 0, -5
        return 0

    def cuStreamCreateWithPriority(self, out, flags, priority):
        assert flags == 1 and -5 <= priority <= 0
        out._obj.value = handle = next(self.handles)
        self.waiting[handle] = []
        return 0

    def cuStreamSynchronize(self, stream):
        if self._forbidden("cuStreamSynchronize", always=_value(stream) == self.capturing):
            return CAPTURING
        self._run(_value(stream))
        return 0

    def cuStreamQuery(self, stream):
        return NOT_READY if self.waiting[_value(stream)] else 0

    def cuCtxSynchronize(self):
        if self._forbidden("cuCtxSynchronize", always=True):
            return CAPTURING
        self.finish()
        return 0

    def cuEventCreate(self, out, flags):
        out._obj.value = handle = next(self.handles)
        self.events[handle] = None
        return 0

    def cuEventDestroy_v2(self, event):
        del self.events[event.value]
        return 0

    def cuEventRecord(self, event, stream):
        mark = self.events[event.value] = Mark(_value(stream))
        return self._give(stream, "record", lambda: setattr(mark, "done", True))

    def cuEventQuery(self, event):
        if self._forbidden("cuEventQuery"):
            return CAPTURING
        mark = self.events[event.value]
        return 0 if mark is None or mark.done else NOT_READY

    def cuEventSynchronize(self, event):
        self._come_to(self.events[event.value])
        return 0

    def cuEventElapsedTime(self, out, begin, end):
        out._obj.value = 1.5
        return 0

    def cuStreamWaitEvent(self, stream, event, flags):
        mark = self.events[event.value]
        return self._give(stream, "wait", lambda: self._come_to(mark))

    def _give(self, stream, what: str, action) -> int:
        handle = _value(stream)
        self.calls.append(f"{what} on {handle}")
        if handle == self.capturing:
            self.recorded.append(action)
        else:
            self.waiting[handle].append(action)
        return 0

    def _run(self, stream: int) -> None:
        while self.waiting[stream]:
            self.waiting[stream].pop(0)()

    def _come_to(self, mark: Mark | None) -> None:
        while mark is not None and not mark.done:
            self.waiting[mark.stream].pop(0)()

    def finish(self) -> None:
        """Do all that was given."""
        for stream in self.waiting:
            self._run(stream)

    # ---- Kernels and graphs ----

    def cuModuleLoadData(self, out, text):
        if self._forbidden("cuModuleLoadData"):
            return CAPTURING
        out._obj.value = next(self.handles)
        return 0

    def cuModuleGetFunction(self, out, module, name):
        out._obj.value = handle = next(self.handles)
        self.functions[handle] = name.value.decode()
        return 0

    def cuLaunchKernel(self, function, gx, gy, gz, bx, by, bz, shared, stream, parameters, extra):
        assert min(gx, gy, gz, bx, by, bz) >= 1 and bx * by * bz <= 1024 and parameters is None
        size = ctypes.c_size_t.from_address(extra[3]).value
        name, struct = self.functions[function.value], ctypes.string_at(extra[1], size)
        return self._give(stream, f"launch {name}", lambda: self.launches.append((name, _value(stream), struct)))

    def cuStreamBeginCapture_v2(self, stream, mode):
        assert _value(stream) != 0 and self.capturing is None
        self.calls.append(f"begin capture on {_value(stream)}")
        self.capturing, self.mode, self.recorded, self.invalid = _value(stream), mode, [], False
        return 0

    def cuThreadExchangeStreamCaptureMode(self, mode):
        self.mode, mode._obj.value = mode._obj.value, self.mode
        return 0

    def cuStreamEndCapture(self, stream, out):
        assert _value(stream) == self.capturing
        self.calls.append(f"end capture on {_value(stream)}")
        self.capturing = None
        if self.invalid:
            return INVALIDATED
        out._obj.value = handle = next(self.handles)
        self.graphs[handle] = self.recorded
        return 0

    def cuGraphGetNodes(self, graph, nodes, count):
        count._obj.value = len(self.graphs[graph.value])
        return 0

    def cuGraphInstantiateWithFlags(self, out, graph, flags):
        assert isinstance(flags, ctypes.c_ulonglong)
        out._obj.value = handle = next(self.handles)
        self.graphs[handle] = list(self.graphs[graph.value])
        return 0

    def cuGraphLaunch(self, graph, stream):
        self.calls.append(f"graph on {_value(stream)}")
        self.waiting[_value(stream)].extend(self.graphs[graph.value])
        return 0

    def cuGraphDestroy(self, graph):
        del self.graphs[graph.value]
        return 0

    cuGraphExecDestroy = cuGraphDestroy

    def _forbidden(self, name: str, always: bool = False) -> bool:
        """Whether a capture does not allow this; it is lost then."""
        self.calls.append(name)
        if self.capturing is None or not (always or self.mode == 0):
            return False
        self.invalid = True
        return True
