"""The zip file of a checkpoint: read with mistrust, written whole or not at all. PyTorch: caffe2/serialize/inline_container.cc.

Entries are stored as they are, below one folder: data.pkl, byteorder, version and data/0, data/1, ... for the memory of the
tensors, each of which begins at a multiple of 64 bytes, so that it can be mapped.
"""

import contextlib
import os
import stat
import zipfile
from collections.abc import Callable
from typing import Any

_ALIGNMENT = 64
_LOCAL_HEADER = 30  # bytes of a zip entry before its name


class CheckpointError(RuntimeError):
    """A file is no checkpoint, or a damaged one: names the file, the place and the reason."""


class Reader:
    """The entries of a checkpoint. Nothing is read beyond the file, and nothing is larger than it says."""

    def __init__(self, file: Any, name: str):
        self.name = name
        start = file.tell()
        file.seek(0, os.SEEK_END)
        size = file.tell() - start
        file.seek(start)
        try:
            self._zip = zipfile.ZipFile(file)
            entries = self._zip.infolist()
        except Exception as error:
            raise self.error(f"failed finding central directory ({error})") from error
        self.entries: dict[str, zipfile.ZipInfo] = {}
        end = 0
        for entry in sorted(entries, key=lambda each: each.header_offset):
            self._check(entry, end, size)
            end = entry.header_offset + _LOCAL_HEADER + entry.file_size
            self.entries[entry.filename.partition("/")[2]] = entry
        if "data.pkl" not in self.entries:
            raise self.error("there is no data.pkl in it: it is a zip file, but not of torch.save")

    def _check(self, entry: zipfile.ZipInfo, end: int, size: int) -> None:
        where = f"entry {entry.filename!r} at offset {entry.header_offset}"
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise self.error(f"{where} is compressed or encrypted, which a checkpoint never is")
        if entry.compress_size != entry.file_size or entry.header_offset + entry.file_size > size:
            raise self.error(f"{where} says that it has {entry.file_size} bytes, the file has {size}")
        if entry.header_offset < end:
            raise self.error(f"{where} lies within the entry before it")
        if entry.filename.partition("/")[2] in self.entries:
            raise self.error(f"{where} is there twice")

    def read(self, name: str) -> bytearray:
        """The bytes of an entry, in memory of their own."""
        if name not in self.entries:
            raise self.error(f"the entry {name!r} is missing")
        entry = self.entries[name]
        content = bytearray(entry.file_size)
        try:
            with self._zip.open(entry) as file:
                if file.readinto(content) != len(content):
                    raise EOFError("end of file")
                file.read(1)  # the check sum is compared at the end
        except Exception as error:
            raise self.error(f"entry {entry.filename!r} at offset {entry.header_offset}: {error}") from error
        return content

    def error(self, reason: str) -> CheckpointError:
        """The error to raise for this file."""
        return CheckpointError(f"{self.name} is not a checkpoint that can be loaded: {reason}")


class Writer:
    """Makes the zip file in memory order: one entry after the other."""

    def __init__(self, file: Any, folder: str):
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._folder = folder

    def write(self, name: str, content: bytes | memoryview) -> None:
        """Add an entry, its content aligned."""
        entry = zipfile.ZipInfo(f"{self._folder}/{name}")
        start = self._zip.start_dir + _LOCAL_HEADER + len(entry.filename.encode()) + 4
        padding = -start % _ALIGNMENT
        entry.extra = b"FB" + padding.to_bytes(2, "little") + b"Z" * padding  # the tag that PyTorch gives it
        self._zip.writestr(entry, content)

    def close(self) -> None:
        """Write the table of contents."""
        self._zip.close()


def write_whole(path: str, fill: Callable[[Any], None]) -> None:
    """Let `fill` write a file, which then takes the place of the old one: at any time the path has one or the other.

    The new file is on the disk, not only in the cache, before it gets the name (fsync). A failed attempt leaves
    nothing behind; what a killed one left is removed by the next.
    """
    path = os.path.realpath(path)
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe, a device
        with open(path, "wb") as file:
            fill(file)
        return
    folder, name = os.path.split(path)
    _remove_abandoned(folder, name)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w+b") as file:
            with contextlib.suppress(OSError):
                os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode))
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise
    with contextlib.suppress(OSError, AttributeError):  # not every system can sync a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_abandoned(folder: str, name: str) -> None:
    """Temporary files of processes that are no more."""
    with contextlib.suppress(OSError):
        for each in os.listdir(folder):
            if not (each.startswith(f".{name}.") and each.endswith(".tmp")):
                continue
            number = each[len(name) + 2 : -len(".tmp")]
            if number.isdigit() and not _is_running(int(number)):
                os.remove(os.path.join(folder, each))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
