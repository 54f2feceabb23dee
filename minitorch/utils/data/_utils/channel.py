"""Messages between a loader and its workers; tensors in shared memory. PyTorch: torch/multiprocessing/{queue,reductions}.py.

A message is a pickle on a socket. The memory of its tensors and arrays is no part of the pickle: each is written to
a file without a name, in memory, whose descriptor goes along with the message (SCM_RIGHTS), and which the receiver
maps. The system frees such a file with its last descriptor and mapping, so that a process that is killed leaves
nothing behind, and nothing has to be tracked. (PyTorch's sharing strategy `file_descriptor` is the same idea.)
"""

import io
import mmap
import os
import pickle
import socket
import struct
import tempfile
import weakref
from multiprocessing.reduction import ForkingPickler

import numpy as np

import minitorch

LEAST = 4096
"""Bytes that are worth a file: what is shorter than a page costs less to copy, in the pickle, than to map."""
MOST_FILES = 64
"""In one message; the system allows 253. Further memory is copied, in the pickle."""
MOST_MAPPINGS = 256
"""At a time: Python keeps a descriptor for each, and a process often has 1024. Further files are read, not mapped."""
SHARES = hasattr(socket, "send_fds") and hasattr(mmap, "MAP_SHARED")
"""Whether this system hands descriptors over. Windows does not: there all memory is copied."""

_HEADER = struct.Struct("=QQ")  # the size of the pickle, the number of files
_CLOSE_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
_mappings: weakref.WeakSet = weakref.WeakSet()


class Message:
    """What goes over the socket: bytes and, with `shares`, files. Raises what pickling `content` raises."""

    def __init__(self, content, shares: bool) -> None:
        self.files: list[int] = []
        self.shares = shares
        stream = io.BytesIO()
        pickler = ForkingPickler(stream, pickle.HIGHEST_PROTOCOL, True, self._share)
        pickler.dispatch_table[minitorch.Tensor] = _reduce  # the table is this pickler's own
        try:
            pickler.dump(content)
        except BaseException:
            close(self.files)
            raise
        body = stream.getvalue()
        self.bytes = _HEADER.pack(len(body), len(self.files)) + body

    def _share(self, buffer: pickle.PickleBuffer) -> bool:
        """Whether this memory is copied into the pickle; otherwise it has become a file."""
        memory = buffer.raw()
        if not self.shares or memory.nbytes < LEAST or len(self.files) == MOST_FILES:
            return True
        self.files.append(_file_of(memory))
        return False


def send(connection: socket.socket, content) -> None:
    """Send an object. OSError where the other side is gone; otherwise raises what pickling raises."""
    message = Message(content, SHARES)
    try:
        sent = socket.send_fds(connection, [message.bytes], message.files) if message.files else 0
        connection.sendall(memoryview(message.bytes)[sent:])
    finally:
        close(message.files)


def receive(connection: socket.socket):
    """The next object; its tensors are writable. EOFError where the other side has closed, or died."""
    files: list[int] = []
    try:
        if SHARES:
            header, files, _, _ = socket.recv_fds(connection, _HEADER.size, MOST_FILES, _CLOSE_ON_EXEC)
        else:
            header = connection.recv(_HEADER.size)
        size, count = _HEADER.unpack(header + _read(connection, _HEADER.size - len(header)))
        body = _read(connection, size)
        if len(files) < count:  # the system drops the descriptors that a process may not have
            raise RuntimeError(
                "Too many open files. Communication with the workers is no longer possible. "
                "Please increase the limit using `ulimit -n` in the shell"
            )
        return pickle.loads(body, buffers=[_memory_of(file) for file in files])
    except ConnectionError:
        raise EOFError from None
    finally:
        close(files)


def close(files: list[int]) -> None:
    """Close the descriptors; the memory lives on where it is mapped."""
    while files:
        os.close(files.pop())


def _reduce(tensor) -> tuple:
    """A tensor as a pickle sees it: its memory, from the first element to the last, and how to look at it."""
    if tensor.requires_grad and not tensor.is_leaf:
        raise RuntimeError(
            "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support "
            "crossing process boundaries.  If you just want to transfer the data, call detach() on the tensor before "
            "serializing (e.g., putting it on the queue)."
        )
    array = flat = tensor.array
    if not array.flags.c_contiguous:
        last = sum((size - 1) * step for size, step in zip(array.shape, array.strides)) // array.itemsize
        flat = np.lib.stride_tricks.as_strided(array, (last + 1 if array.size else 0,), (array.itemsize,))
    memory = pickle.PickleBuffer(flat.reshape(-1).view(np.uint8))
    return _rebuild, (memory, array.dtype.str, array.shape, array.strides, tensor.requires_grad)


def _rebuild(memory, dtype: str, shape: tuple, strides: tuple, requires_grad: bool):
    tensor = minitorch.from_numpy(np.ndarray(shape, dtype, memory, strides=strides))
    return tensor.requires_grad_() if requires_grad else tensor


def _file_of(memory: memoryview) -> int:
    """The descriptor of a new file without a name that holds these bytes."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("minitorch")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    try:
        while memory:
            memory = memory[os.write(file, memory) :]
    except BaseException:
        os.close(file)
        raise
    return file


def _memory_of(file: int):
    """The bytes of a file, writable: itself or, where too many are mapped already, a copy."""
    size = os.fstat(file).st_size
    if len(_mappings) < MOST_MAPPINGS:
        mapping = mmap.mmap(file, size, mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0))
        _mappings.add(mapping)
        return mapping
    memory = bytearray(size)
    view, place = memoryview(memory), 0
    while place < size:
        place += os.preadv(file, [view[place:]], place)
    return memory


def _read(connection: socket.socket, size: int) -> bytearray:
    """Exactly so many bytes. EOFError where the other side ends before."""
    memory = bytearray(size)
    view = memoryview(memory)
    while view:
        count = connection.recv_into(view)
        if count == 0:
            raise EOFError
        view = view[count:]
    return memory
