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


RESUMED = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    "Adam": {"lr": 0.01, "amsgrad": True},
    "AdamW": {"lr": 0.01},
    "NAdam": {"lr": 0.01},
    "RAdam": {"lr": 0.01},
    "Adamax": {"lr": 0.01},
    "Adagrad": {"lr": 0.01, "lr_decay": 0.1},
    "Adadelta": {"lr": 1.0},
    "RMSprop": {"lr": 0.01, "momentum": 0.5, "centered": True},
    "Rprop": {"lr": 0.01},
    "ASGD": {"lr": 0.01, "t0": 2},
    "Adafactor": {"lr": 0.01},
    "LBFGS": {"lr": 0.5, "max_iter": 3},
}


@pytest.mark.parametrize("name", RESUMED)
def test_training_resumed_is_training_uninterrupted(tmp_path, name):
    """Bit for bit, with dropout, batch norm, a schedule, shuffled batches: random numbers are part of the checkpoint."""
    data = minitorch.utils.data
    minitorch.manual_seed(2)
    examples = data.TensorDataset(minitorch.randn(24, 4), minitorch.randn(24, 1))

    def start():
        nn, optim = minitorch.nn, minitorch.optim
        layers = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1)
        model = nn.Sequential(*layers)
        optimizer = getattr(optim, name)(model.parameters(), **RESUMED[name])
        return model, optimizer, optim.lr_scheduler.CosineAnnealingLR(optimizer, 4)

    def train(model, optimizer, schedule, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in data.DataLoader(examples, batch_size=8, shuffle=True):

                def closure(x=x, y=y):
                    optimizer.zero_grad()
                    loss = (model(x) - y).square().mean()
                    loss.backward()
                    return loss

                losses.append(optimizer.step(closure).item())
            schedule.step()
        return losses

    minitorch.manual_seed(3)
    run = start()
    expected = train(*run, 4)
    minitorch.manual_seed(3)
    first = start()
    losses = train(*first, 2)
    states = [each.state_dict() for each in first]
    minitorch.save({"states": states, "generator": minitorch.get_rng_state()}, tmp_path / "c.pt")
    minitorch.manual_seed(99)
    resumed = start()
    checkpoint = minitorch.load(tmp_path / "c.pt")
    for each, state in zip(resumed, checkpoint["states"]):
        each.load_state_dict(state)
    minitorch.set_rng_state(checkpoint["generator"])
    assert losses + train(*resumed, 2) == expected
    for key, each in resumed[0].state_dict().items():
        assert each.equal(run[0].state_dict()[key])


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
    """The file is always the old one or the new one; what a killed process left is cleaned up.

    200 were run: test_killed_while_saving(folder, number=200).
    """
    path = tmp_path / "a.pt"
    minitorch.save({"n": 0, "x": minitorch.zeros(100_000)}, path)
    program = (
        "import sys, minitorch\nn = 0\nwhile True:\n    n += 1\n"
        "    minitorch.save({'n': n, 'x': minitorch.full((100_000,), float(n))}, sys.argv[1])\n"
        "    print(n, flush=True)\n"
    )
    rng = random.Random(0)
    for _ in range(number):
        with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(rng.random() / 20)
            process.send_signal(signal.SIGKILL)
        loaded = minitorch.load(path)
        assert (loaded["x"] == loaded["n"]).all()
    minitorch.save(1, path)
    assert os.listdir(tmp_path) == ["a.pt"]
