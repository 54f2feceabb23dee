"""save and load: PyTorch's files both ways, damaged and hostile ones. PyTorch: test/test_serialization.py."""

import collections
import io
import os
import pickle
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from helpers import needs_torch

import minitorch
from minitorch.serialization import CheckpointError

try:
    import torch
except ImportError:
    torch = None


def things(library):
    """Everything that a checkpoint usually holds."""
    library.manual_seed(0)
    model = library.nn.Sequential(library.nn.Linear(3, 2), library.nn.Linear(2, 2))
    optimizer = library.optim.Adam(model.parameters())
    model(library.ones(1, 3)).sum().backward()
    optimizer.step()
    base = library.arange(12.0)
    return {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "base": base,
        "part": base[2:5],
        "transposed": library.ones(2, 3).t(),
        "expanded": library.ones(1).expand(4),
        "empty": library.ones(0, 3),
        "scalar": library.tensor(2.5, requires_grad=True),
        "parameter": library.nn.Parameter(library.ones(2), requires_grad=False),
        "tied": [base, (base, {"x": base})],
        "dtypes": [
            library.tensor([1, 0]).to(getattr(library, name))
            for name in ("float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
        ],
        "size": library.Size([2, 3]),
        "dtype": library.float64,
        "device": library.device("cpu"),
        "generator": library.get_rng_state(),
        "plain": [None, True, 1, -(10**30), 2.5, "text", b"bytes", (1, (2,)), {1, 2}, 1 + 2j, bytearray(b"x")],
        "ordered": collections.OrderedDict(b=1, a=2),
        "counter": collections.Counter("aab"),
    }


def assert_same(ours, theirs, path: str = "") -> None:
    if isinstance(theirs, (minitorch.Tensor, *([torch.Tensor] if torch else []))):
        assert type(ours).__name__ == type(theirs).__name__, path
        np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy(), err_msg=path)
        for what in ("shape", "dtype", "requires_grad"):
            assert str(getattr(ours, what)) == str(getattr(theirs, what)), path
        assert ours.stride() == theirs.stride(), path
        assert ours.storage_offset() == theirs.storage_offset(), path
    elif isinstance(theirs, dict):
        assert type(ours) is type(theirs), path
        assert list(ours) == list(theirs), path
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{path}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert type(ours).__name__ == type(theirs).__name__ and len(ours) == len(theirs), path
        for number, (a, b) in enumerate(zip(ours, theirs)):
            assert_same(a, b, f"{path}[{number}]")
    elif str(theirs).startswith(("torch.", "cpu")):
        assert str(ours) == str(theirs), path
    else:
        assert ours == theirs, path


@needs_torch
@pytest.mark.parametrize("how", ["path", "pathlib", "stream"])
def test_pytorch_reads_ours_and_the_reverse(tmp_path, how):
    for writer, reader in ((minitorch, torch), (torch, minitorch), (minitorch, minitorch)):
        target = {"path": str(tmp_path / "file.pt"), "pathlib": tmp_path / "file.pt", "stream": io.BytesIO()}[how]
        saved = things(writer)
        writer.save(saved, target)
        if how == "stream":
            target.seek(0)
        loaded = reader.load(target)
        assert_same(*((loaded, saved) if reader is minitorch else (saved, loaded)))
        same = loaded["base"].untyped_storage().data_ptr()
        shared = [loaded["part"], loaded["tied"][0], loaded["tied"][1][1]["x"]]
        assert all(each.untyped_storage().data_ptr() == same for each in shared)
        assert loaded["model"]._metadata == saved["model"]._metadata


@needs_torch
def test_layout_of_the_file(tmp_path):
    """Stored, aligned entries under a folder named after the file; PyTorch maps it into memory."""
    minitorch.save(things(minitorch), tmp_path / "name.pt")
    with zipfile.ZipFile(tmp_path / "name.pt") as archive:
        for entry in archive.infolist():
            assert entry.filename.startswith("name/")
            assert entry.compress_type == zipfile.ZIP_STORED
            with open(tmp_path / "name.pt", "rb") as file:
                file.seek(entry.header_offset + 26)
                name, extra = np.frombuffer(file.read(4), "<u2")
            assert (entry.header_offset + 30 + int(name) + int(extra)) % 64 == 0
    torch.load(tmp_path / "name.pt", mmap=True)


def test_a_loaded_tensor_can_be_written_and_trained(tmp_path):
    minitorch.save({"w": minitorch.ones(3, requires_grad=True), "b": minitorch.zeros(3)}, tmp_path / "a.pt")
    loaded = minitorch.load(tmp_path / "a.pt")
    loaded["b"].add_(1)
    (loaded["w"] * loaded["b"]).sum().backward()
    assert loaded["w"].grad.tolist() == [1, 1, 1]
    assert loaded["w"].is_leaf and not loaded["b"]._is_view()


def test_training_resumed_is_training_uninterrupted(tmp_path):
    """Bit for bit, with dropout: the state of the generator is part of the checkpoint."""

    def start():
        minitorch.manual_seed(3)
        model = minitorch.nn.Sequential(
            minitorch.nn.Linear(4, 8), minitorch.nn.ReLU(), minitorch.nn.Dropout(0.5), minitorch.nn.Linear(8, 1)
        )
        return model, minitorch.optim.Adam(model.parameters(), lr=0.01)

    def train(model, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            model(minitorch.randn(16, 4)).square().mean().backward()
            optimizer.step()

    model, optimizer = start()
    train(model, optimizer, 10)
    expected = {name: each.clone() for name, each in model.state_dict().items()}
    model, optimizer = start()
    train(model, optimizer, 5)
    state = {"m": model.state_dict(), "o": optimizer.state_dict(), "g": minitorch.get_rng_state()}
    minitorch.save(state, tmp_path / "c.pt")
    model, optimizer = start()
    minitorch.manual_seed(99)
    state = minitorch.load(tmp_path / "c.pt")
    model.load_state_dict(state["m"])
    optimizer.load_state_dict(state["o"])
    minitorch.set_rng_state(state["g"])
    train(model, optimizer, 5)
    for name, each in model.state_dict().items():
        assert each.equal(expected[name])


class Mine:
    """A class that a checkpoint may not use unless it is trusted."""

    def __init__(self, x=0):
        self.x = x


def test_weights_only(tmp_path):
    path = tmp_path / "a.pt"
    minitorch.save({"mine": Mine(5)}, path)
    name = f"{Mine.__module__}.Mine"
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed") as caught:
        minitorch.load(path)
    assert f"Unsupported global: GLOBAL {name} was not an allowed global by default" in str(caught.value)
    assert str(path) in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Can not safely load weights"):
        minitorch.load(path, weights_only=True, pickle_module=pickle)
    with minitorch.serialization.safe_globals([Mine]):
        assert minitorch.load(path)["mine"].x == 5
        assert minitorch.serialization.get_safe_globals() == [Mine]
    assert minitorch.serialization.get_safe_globals() == []
    with pytest.raises(pickle.UnpicklingError):
        minitorch.load(path)


def test_whole_models(tmp_path):
    """Only with trust; the names in the file are PyTorch's."""
    model = minitorch.nn.Sequential(minitorch.nn.Linear(2, 2), minitorch.nn.ReLU())
    minitorch.save(model, tmp_path / "m.pt")
    loaded = minitorch.load(tmp_path / "m.pt", weights_only=False)
    x = minitorch.ones(1, 2)
    assert loaded(x).equal(model(x))
    with pytest.raises(pickle.UnpicklingError, match="torch.nn.modules.container.Sequential"):
        minitorch.load(tmp_path / "m.pt")
    if torch is not None:
        theirs = torch.load(tmp_path / "m.pt", weights_only=False)(torch.ones(1, 2))
        np.testing.assert_allclose(theirs.detach().numpy(), model(x).detach().numpy(), rtol=1e-6)


def test_refusals(tmp_path):
    with pytest.raises(FileNotFoundError):
        minitorch.load(tmp_path / "none.pt")
    with pytest.raises(AttributeError, match="You can only torch.load from a file that is seekable"):
        minitorch.load(3)
    with pytest.raises(AttributeError, match="expected 'f' to be string, path, or a file-like object"):
        minitorch.save({}, 3)
    with pytest.raises(RuntimeError, match="Parent directory .* does not exist"):
        minitorch.save({}, tmp_path / "none" / "a.pt")
    (tmp_path / "empty.pt").write_bytes(b"")
    with pytest.raises(EOFError):
        minitorch.load(tmp_path / "empty.pt")
    (tmp_path / "text.pt").write_bytes(b"hello")
    with pytest.raises(CheckpointError, match=r"text\.pt is not a checkpoint that can be loaded: failed finding central"):
        minitorch.load(tmp_path / "text.pt")


@needs_torch
def test_memory_of_another_device(tmp_path):
    """A file from a machine with a GPU asks for map_location, in PyTorch's words."""
    minitorch.save(minitorch.ones(2), tmp_path / "a.pt")
    replace(tmp_path / "a.pt", b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
    with pytest.raises(RuntimeError, match="Attempting to deserialize object on a CUDA device") as ours:
        minitorch.load(tmp_path / "a.pt")
    with pytest.raises(RuntimeError) as theirs:
        torch.load(tmp_path / "a.pt")
    assert str(ours.value) == str(theirs.value)
    assert minitorch.load(tmp_path / "a.pt", map_location="cpu").tolist() == [1, 1]


# ---- Damaged and hostile files ----

REFUSALS = (CheckpointError, pickle.UnpicklingError, EOFError)


def rewrite(path: Path, change) -> None:
    """Another zip file, with what `change(name, content)` makes of each entry (None: leave it out)."""
    with zipfile.ZipFile(path) as archive:
        entries = [(each.filename, archive.read(each)) for each in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries:
            changed = change(name, content)
            if changed is not None:
                archive.writestr(name, changed)


def replace(path: Path, old: bytes, new: bytes) -> None:
    def change(name, content):
        if not name.endswith("data.pkl"):
            return content
        assert old in content
        return content.replace(old, new)

    rewrite(path, change)


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


@pytest.mark.parametrize("where", ["file", "description"])
def test_mutated_files(where, number=150):
    """Bytes changed, removed, inserted, copied: a result or a clear error. (10,000 of each were run once.)"""
    stream = io.BytesIO()
    minitorch.save({"a": minitorch.ones(3), "b": [minitorch.arange(4), {"c": 2.5}], "s": {1}}, stream)
    whole = stream.getvalue()
    with zipfile.ZipFile(stream) as archive:
        description = archive.read("archive/data.pkl")
    rng = random.Random(0)
    for _ in range(number):
        file = io.BytesIO(mutated(whole, rng)) if where == "file" else hostile(mutated(description, rng))
        try:
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


# ---- Interrupted saving ----


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    """No space left on the device, in the middle of it."""
    path = tmp_path / "a.pt"
    minitorch.save(minitorch.ones(3), path)
    os.chmod(path, 0o640)

    def full(*unused):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            minitorch.save(minitorch.zeros(3), path)
    assert minitorch.load(path).tolist() == [1, 1, 1]
    assert os.listdir(tmp_path) == ["a.pt"]
    minitorch.save(minitorch.zeros(3), path)
    assert minitorch.load(path).tolist() == [0, 0, 0]
    assert path.stat().st_mode & 0o777 == 0o640


def test_links_and_special_files(tmp_path):
    (tmp_path / "link.pt").symlink_to(tmp_path / "real.pt")
    minitorch.save(minitorch.ones(1), tmp_path / "link.pt")
    assert (tmp_path / "link.pt").is_symlink()
    assert minitorch.load(tmp_path / "real.pt").tolist() == [1]
    minitorch.save(minitorch.ones(1), os.devnull)


def test_killed_while_saving(tmp_path, number=4):
    """The file is always the old one or the new one; what a killed process left is cleaned up. (200 were run once.)"""
    path = tmp_path / "a.pt"
    minitorch.save({"n": 0, "x": minitorch.zeros(100_000)}, path)
    program = (
        "import sys, minitorch\nn = 0\nwhile True:\n    n += 1\n"
        "    minitorch.save({'n': n, 'x': minitorch.full((100_000,), float(n))}, sys.argv[1])\n"
        "    print(n, flush=True)\n"
    )
    rng = random.Random(0)
    for _ in range(number):
        process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(rng.random() / 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        loaded = minitorch.load(path)
        assert (loaded["x"] == loaded["n"]).all()
    minitorch.save(1, path)
    assert os.listdir(tmp_path) == ["a.pt"]
