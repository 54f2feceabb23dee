"""Files of the safetensors library, written by one side and read by the other. PyTorch: none (there: safetensors.torch)."""

import json
import random
import struct

import commands
import pytest

import minitorch
from minitorch import nn

safetensors = pytest.importorskip("safetensors", reason="the extra `io` is not installed")

from minitorch.safetensors import SafetensorError, safe_open  # noqa: E402  # it needs the library
from minitorch.safetensors.torch import load, load_file, load_model, save, save_file, save_model  # noqa: E402

DTYPES = ["float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]


def example(library) -> dict:
    """A tensor of each dtype, an empty one and a single number."""
    values = {name: library.arange(6).reshape(2, 3).to(getattr(library, name)) for name in DTYPES}
    return values | {"empty": library.zeros(0, 3), "single": library.tensor(2.5)}


def test_both_libraries_read_what_either_wrote(tmp_path):
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    theirs = pytest.importorskip("safetensors.torch", reason="compares with safetensors.torch")
    save_file(example(minitorch), tmp_path / "ours", {"made": "here"})
    theirs.save_file(example(torch), tmp_path / "theirs", {"made": "here"})
    for name in ("ours", "theirs"):
        read, known = load_file(tmp_path / name), theirs.load_file(tmp_path / name)
        assert sorted(read) == sorted(known)
        for key, each in read.items():
            assert str(each.dtype).split(".")[1] == str(known[key].dtype).split(".")[1]
            assert each.shape == known[key].shape
            assert each.tolist() == known[key].tolist()
    assert load(theirs.save(example(torch)))["float16"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert theirs.load(save(example(minitorch)))["int8"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_script_gets_minitorchs(tmp_path):
    """What imports safetensors under `minitorch run` reads and writes minitorch's tensors."""
    (tmp_path / "script.py").write_text(
        "import torch\n"
        "from safetensors import safe_open\n"
        "from safetensors.torch import load_file, save_file\n"
        "from safetensors.numpy import load_file as load_arrays\n"
        "save_file({'a': torch.ones(2)}, 'f.safetensors')\n"
        "with safe_open('f.safetensors', framework='pt', device='cpu') as f:\n"
        "    print(f.get_tensor('a'), load_file('f.safetensors')['a'] + 1, load_arrays('f.safetensors')['a'])\n"
    )
    done = commands.minitorch("run", "script.py", cwd=tmp_path)
    assert done.stdout == "tensor([1., 1.]) tensor([2., 2.]) [1. 1.]\n", done.stderr


def test_a_loaded_tensor_can_be_written_and_trained(tmp_path):
    save_file({"a": minitorch.ones(2)}, tmp_path / "f")
    for loaded in (load_file(tmp_path / "f")["a"], load((tmp_path / "f").read_bytes())["a"]):
        loaded.add_(1).requires_grad_()
        (loaded**2).sum().backward()
        assert loaded.grad.tolist() == [4, 4]


def test_one_tensor_at_a_time(tmp_path):
    save_file({"a": minitorch.arange(12.0).view(4, 3), "b": minitorch.ones(1)}, tmp_path / "f", {"k": "v"})
    with safe_open(tmp_path / "f", framework="pt", device="cpu") as file:
        assert sorted(file.keys()) == ["a", "b"]
        assert file.metadata() == {"k": "v"}
        part = file.get_slice("a")
        assert (part.get_shape(), part.get_dtype()) == ([4, 3], "F32")
        assert part[1:3, 0].tolist() == [3, 6]
        assert isinstance(part[1:], minitorch.Tensor)
        assert file.get_tensor("b").tolist() == [1]
    with pytest.raises(SafetensorError):
        safe_open(tmp_path / "f", framework="flax")


def tied():
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    return model


def test_models_whose_layers_share_a_weight(tmp_path):
    model, other = tied(), tied()
    with pytest.raises(RuntimeError, match="share memory"):
        save_file(model.state_dict(), tmp_path / "f")
    save_model(model, tmp_path / "f")
    assert sorted(set(model.state_dict()) - set(load_file(tmp_path / "f"))) == ["2.weight"]
    assert load_model(other, tmp_path / "f") == (set(), [])
    assert all(minitorch.equal(a, b) for a, b in zip(model.state_dict().values(), other.state_dict().values()))
    with pytest.raises(RuntimeError, match=r'Missing .*: "bias", "weight"\n.*Unexpected .*"0.bias"'):
        load_model(nn.Linear(3, 3), tmp_path / "f")
    missing, unexpected = load_model(nn.Linear(3, 3), tmp_path / "f", strict=False)
    assert (missing, "0.bias" in unexpected) == ({"weight", "bias"}, True)


@pytest.mark.parametrize(
    "tensors, error",
    [
        ([minitorch.ones(1)], ValueError),
        ({"a": [1.0]}, ValueError),
        ({"a": minitorch.ones(2, 3).t()}, ValueError),
        (dict(zip("ab", minitorch.arange(8)[:6].unfold(0, 4, 2))), RuntimeError),
    ],
)
def test_refusals(tensors, error, tmp_path):
    with pytest.raises(error):
        save_file(tensors, tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_parts_of_one_tensor_that_do_not_overlap_are_written(tmp_path):
    save_file(dict(zip("ab", minitorch.arange(8).chunk(2))), tmp_path / "f")
    assert {name: each.tolist() for name, each in load_file(tmp_path / "f").items()} == {"a": [0, 1, 2, 3], "b": [4, 5, 6, 7]}


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "f"
    save_file({"a": minitorch.ones(1)}, path)

    def full(*unused):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_file({"a": minitorch.zeros(1)}, path)
    assert load_file(path)["a"].tolist() == [1]
    assert [each.name for each in tmp_path.iterdir()] == ["f"]


def described(header, numbers: bytes = bytes(8)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def one(**changes) -> dict:
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changes}


HOSTILE = {
    "nothing": b"",
    "header of 100 MB": struct.pack("<Q", 10**8) + b"{}",
    "header of no JSON": described(b"{"),
    "another dtype": described(one(dtype="X")),
    "huge shape": described(one(shape=[2**62, 2**62])),
    "negative shape": described(one(shape=[-2])),
    "shape is NaN": described(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}'),
    "offsets beyond": described(one(data_offsets=[0, 80])),
    "offsets turned": described(one(data_offsets=[8, 0])),
    "overlap": described(one() | {"b": one()["a"]}),
    "a hole": described(one(data_offsets=[4, 12]), bytes(12)),
    "deep nesting": described(b"[" * 100_000 + b"]" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name, tmp_path):
    (tmp_path / "f").write_bytes(HOSTILE[name])
    for read in (lambda: load_file(tmp_path / "f"), lambda: load(HOSTILE[name])):
        with pytest.raises(SafetensorError) as caught:
            read()
        assert str(caught.value)


def test_a_dtype_that_minitorch_lacks(tmp_path):
    content = described({"a": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}})
    (tmp_path / "f").write_bytes(content)
    for read in (lambda: load_file(tmp_path / "f"), lambda: load(content)):
        with pytest.raises(TypeError, match="'a' is BF16, a dtype that minitorch does not have"):
            read()


def test_mutated_files(number=300):
    """Bytes changed: tensors or a clear error."""
    whole, rng = save(example(minitorch)), random.Random(0)
    for _ in range(number):
        content = bytearray(whole)
        for _ in range(rng.choice([1, 2, 5])):
            place = rng.randrange(len(content) // 2)
            match rng.randrange(3):
                case 0:
                    content[place] = rng.randrange(256)
                case 1:
                    del content[place : place + 4]
                case 2:
                    content[place:place] = rng.randbytes(4)
        try:
            load(bytes(content))
        except (SafetensorError, TypeError) as error:
            assert str(error)
