"""load of damaged, truncated and hostile files: one clear error, and no code run. PyTorch: test/test_serialization.py."""

import codecs
import contextlib
import io
import os
import pickle
import random
import sys
import zipfile

import numpy as np
import pytest

import minitorch
from minitorch.serialization import CheckpointError

EXAMPLES = int(os.environ.get("MINITORCH_TEST_EXAMPLES", 150))
REFUSALS = (CheckpointError, pickle.UnpicklingError, EOFError)


class Code:
    """Its pickle calls a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def hostile(pickled: bytes) -> io.BytesIO:
    """A checkpoint around a data.pkl."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a/data.pkl", pickled)
        archive.writestr("a/version", "3\n")
        archive.writestr("a/data/0", np.arange(4, dtype=np.float32).tobytes())
    stream.seek(0)
    return stream


def tensor_pickle(offset="K\x00", size="K\x04\x85", stride="K\x01\x85", numel="K\x04", kind="FloatStorage", key="0") -> bytes:
    parts = [
        "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n",
        f"{kind}\nX{chr(len(key))}\x00\x00\x00{key}X\x03\x00\x00\x00cpu{numel}tQ{offset}{size}{stride}",
        "\x89ccollections\nOrderedDict\n)RtR.",
    ]
    return "".join(parts).encode("latin-1")


def test_the_hostile_tensors_are_hostile_by_their_change_only():
    assert minitorch.load(hostile(tensor_pickle())).tolist() == [0, 1, 2, 3]


HOSTILE = {
    "calls a function": pickle.dumps(Code(os.system, "true"), 2),
    "evaluates": pickle.dumps(Code(eval, "1"), 2),
    "imports": pickle.dumps(Code(__import__, "os"), 2),
    "gets an attribute": pickle.dumps(Code(getattr, "a", "b"), 2),
    "large bytearray": b"\x80\x02c__builtin__\nbytearray\n\x8a\x06\x00\x00\x00\x00\x00\x10\x85R.",
    "offset beyond": tensor_pickle(offset="K\x01"),
    "offset negative": tensor_pickle(offset="J\xff\xff\xff\xff"),
    "offset large": tensor_pickle(offset="\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"),
    "size beyond": tensor_pickle(size="K\x05\x85"),
    "size negative": tensor_pickle(size="J\xff\xff\xff\xff\x85"),
    "size overflows": tensor_pickle(
        size="\x8a\x05\x00\x00\x00\x00\x10\x8a\x05\x00\x00\x00\x00\x10\x86", stride="K\x00K\x00\x86"
    ),
    "size is text": tensor_pickle(size="X\x01\x00\x00\x004\x85"),
    "size is a float": tensor_pickle(size="G\x40\x10\x00\x00\x00\x00\x00\x00\x85"),
    "size is True": tensor_pickle(size="\x88\x85"),
    "stride large": tensor_pickle(stride="J\xff\xff\xff\x7f\x85"),
    "stride negative": tensor_pickle(stride="J\xff\xff\xff\xff\x85"),
    "more strides": tensor_pickle(stride="K\x01K\x01\x86"),
    "storage of another length": tensor_pickle(numel="K\x05"),
    "storage of a negative length": tensor_pickle(numel="J\xff\xff\xff\xff"),
    "storage of no kind": tensor_pickle(kind="device"),
    "storage that is missing": tensor_pickle(key="7"),
    "storage elsewhere": tensor_pickle(key="../../x"),
    "tensor of no storage": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(K\x00K\x00))\x89NtR.",
    "dictionary item of a list": b"\x80\x02]K\x01K\x02s.",
    "item appended to a tuple": b"\x80\x02)K\x01a.",
    "item of a tensor": tensor_pickle()[:-1] + b"K\x00K\x01s.",
    "state of a list": b"\x80\x02]}b.",
    "state that hides a method": b"\x80\x02ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x01sb.",
    "nothing": b"",
    "no end": b"\x80\x02]",
    "empty stack": b"\x80\x02.",
    "two results": b"\x80\x02]].",
    "mark at the end": b"\x80\x02(.",
    "unknown memo": b"\x80\x02h\x05.",
    "large memo": b"\x80\x02]r\xff\xff\xff\xffj\xff\xff\xff\x7f.",
    "text longer than the file": b"\x80\x02X\xff\xff\xff\x7fabc.",
    "unknown opcode": b"\x80\x02\xff.",
    "opcode of another protocol": b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00].",
    "nested key": b"\x80\x02}" + b")" + b"\x85" * 100_000 + b"K\x01s.",
    "nested set": b"\x80\x02c__builtin__\nset\n]" + b")" + b"\x85" * 100_000 + b"a\x85R.",
    "unhashable key": b"\x80\x02}]K\x01s.",
    "instance of a class": b"\x80\x02c__builtin__\nset\n)\x81}b.",
    "persistent text": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "persistent of another kind": b"\x80\x02X\x01\x00\x00\x00a\x85Q.",
    "short persistent": b"\x80\x02X\x07\x00\x00\x00storage\x85Q.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles(name):
    """One clear error, and no code run."""
    with pytest.raises(REFUSALS) as caught:
        minitorch.load(hostile(HOSTILE[name]))
    assert str(caught.value)


def test_deep_nesting_is_data():
    depth = 50_000
    loaded = minitorch.load(hostile(b"\x80\x02]" + b"]" * depth + b"a" * depth + b"."))
    for _ in range(depth):
        (loaded,) = loaded
    assert loaded == []


def mutated(content: bytes, rng: random.Random) -> bytes:
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        place = rng.randrange(len(content)) if content else 0
        match rng.randrange(5):
            case 0:
                content[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                del content[place : place + rng.choice([1, 4, 100])]
            case 2:
                content[place:place] = rng.randbytes(rng.choice([1, 4, 100]))
            case 3:
                content[place : place + 8] = rng.choice([b"\xff", b"\x00", b"\x7f"]) * 8
            case 4:
                other = rng.randrange(len(content)) if content else 0
                content[place : place + 16] = content[other : other + 16]
    return bytes(content)


CODE = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.")
"""Beginnings of what Python's audit hooks are told before a program runs, imports, opens or starts something."""

_watching: list[str] | None = None


def _hear(event: str, arguments: tuple) -> None:
    if _watching is not None and event.startswith(CODE):
        _watching.append(f"{event} {arguments}")


@contextlib.contextmanager
def no_code():
    """Fails if anything is run, imported, opened or started meanwhile."""
    global _watching
    if _hear not in hooked:
        sys.addaudithook(_hear)  # for the rest of the process: there is no way to take one away
        hooked.append(_hear)
    _watching = heard = []
    try:
        yield
    finally:
        _watching = None
        assert not heard, heard


hooked: list = []
codecs.lookup("raw-unicode-escape")  # Python imports it for the first old text in a pickle: not while we listen


def test_what_runs_is_heard():
    with pytest.raises(AssertionError, match="exec"), no_code():
        exec("pass")


@pytest.mark.parametrize("where", ["file", "description"])
def test_mutated_files(where):
    """Bytes changed, removed, inserted, copied: a result or a clear error, and no code run.

    MINITORCH_TEST_EXAMPLES=10000 tries that many of each.
    """
    stream = io.BytesIO()
    minitorch.save({"a": minitorch.ones(3), "b": [minitorch.arange(4), {"c": 2.5}], "s": {1}}, stream)
    whole = stream.getvalue()
    with zipfile.ZipFile(stream) as archive:
        description = archive.read("archive/data.pkl")
    rng = random.Random(0)
    for _ in range(EXAMPLES):
        file = io.BytesIO(mutated(whole, rng)) if where == "file" else hostile(mutated(description, rng))
        try:
            with no_code():
                minitorch.load(file)
        except REFUSALS as error:
            assert str(error)
        except RuntimeError as error:
            assert "CUDA device" in str(error)  # a changed location


def test_every_truncation_is_an_error():
    stream = io.BytesIO()
    minitorch.save({"a": minitorch.ones(3)}, stream)
    whole = stream.getvalue()
    for size in range(0, len(whole) - 1, 7):
        with pytest.raises(REFUSALS):
            minitorch.load(io.BytesIO(whole[:size]))


def test_flipped_bits_of_the_numbers_are_noticed(tmp_path):
    """The zip file has a check sum of every entry."""
    minitorch.save(minitorch.arange(1000.0), tmp_path / "a.pt")
    content = bytearray((tmp_path / "a.pt").read_bytes())
    place = content.index(np.arange(1000, dtype=np.float32)[500:510].tobytes())
    content[place] ^= 1
    (tmp_path / "a.pt").write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match=r"data/0' at offset \d+: Bad CRC-32"):
        minitorch.load(tmp_path / "a.pt")


def test_zip_files_of_other_kinds(tmp_path):
    def of(**options):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", **options) as archive:
            archive.writestr("a/data.pkl", pickle.dumps([1], 2) + b"\x00" * 10_000)
        stream.seek(0)
        return stream

    assert minitorch.load(of()) == [1]
    with pytest.raises(CheckpointError, match="compressed"):
        minitorch.load(of(compression=zipfile.ZIP_DEFLATED))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a/other", b"")
    stream.seek(0)
    with pytest.raises(CheckpointError, match="there is no data.pkl in it"):
        minitorch.load(stream)
