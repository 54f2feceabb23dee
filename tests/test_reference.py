"""The programs of reference/ on both libraries: the curves that minitorch promises. PyTorch: none.

The limits are those of the project's main job: by so much PyTorch differs from itself when its number of
threads changes.
"""

import ast
import importlib.util
import json
import struct

import numpy as np
import pytest
from commands import REFERENCE, minitorch


@pytest.fixture
def compare(tmp_path):
    """Runs `minitorch compare` on a program, on one thread; returns its JSON file's content."""

    pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn, which is not installed")

    def run(program, *arguments, statuses=(0,)):
        out = tmp_path / "out.json"
        done = minitorch("compare", "--threads", 1, "--json", out, REFERENCE / program, *arguments)
        assert done.returncode in statuses, done.stdout + done.stderr
        document = json.loads(out.read_text())
        assert document["generators_equal"]
        return document

    return run


def apart(document):
    """The losses' differences, step by step."""
    first, second = (np.array(side["losses"]) for side in document["sides"])
    return np.abs(first - second)


def accuracies(document):
    """Both sides' percentage of held-out digits, from the last printed line."""
    return [float(side["printed"][-1].split()[-1].rstrip("%")) for side in document["sides"]]


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_linear_regression(compare, optimizer):
    """Every printed digit is equal, with each optimizer."""
    document = compare("linear_regression.py", "--optimizer", optimizer)
    assert document["printed_difference"] is None
    assert float(document["sides"][1]["printed"][-1].split()[4]) < 0.02


def test_mnist_cnn(compare):
    """1e-6 at step 1, 1e-4 by step 10; three epochs are enough for 90 % of the digits on both libraries."""
    document = compare("mnist_cnn.py", "--epochs", 3)
    assert apart(document)[0] <= 1e-6
    assert apart(document)[:10].max() <= 1e-4
    assert min(accuracies(document)) > 90
    assert document["sides"][1]["printed"][0].startswith("Epoch [1/3], Loss: ")


def test_mnist_mlp(compare):
    """Of 500 losses printed with four digits at most 2 differ, in the last digit; above 95 % at the end."""
    document = compare("mnist_mlp.py")
    assert len(apart(document)) >= 500
    first, second = (
        [round(10_000 * float(f"{loss:.4f}")) for loss in side["losses"][:500]] for side in document["sides"]
    )
    differences = [abs(a - b) for a, b in zip(first, second)]
    assert sum(difference > 0 for difference in differences) <= 2 and max(differences) <= 1
    assert min(accuracies(document)) > 95


def test_lenet(compare):
    """5e-6 over 200 steps, and above 95 % at the end."""
    document = compare("lenet.py")
    assert len(apart(document)) >= 200
    assert apart(document)[:200].max() <= 5e-6
    assert min(accuracies(document)) > 95


def test_vae(compare):
    """Reparametrised draws, a summed loss of hundreds: relative to the loss as close as the perceptron."""
    document = compare("vae.py", "--epochs", 2)
    first = np.array(document["sides"][0]["losses"])
    assert (apart(document) / first).max() <= 1e-5
    assert first[-1] < first[0] / 1.5


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_char_rnn(compare, cell):
    """Smooth: every loss of the carried-on states within 1e-5."""
    document = compare("char_rnn.py", "--cell", cell, "--epochs", 2)
    assert apart(document).max() <= 1e-5
    assert document["sides"][1]["losses"][-1] < 3


def test_tiny_gpt(compare):
    """Attention, LayerNorm, GELU, dropout, one table for letters in and out: within 1e-4 for 30 steps."""
    document = compare("tiny_gpt.py", "--epochs", 1, "--steps", 30)
    assert apart(document).max() <= 1e-4
    assert document["sides"][1]["losses"][-1] < 3


def test_dcgan(compare):
    """Two networks, two optimizers, batch norm: 1e-4 while the first four batches last, then as close as compare asks."""
    document = compare("dcgan.py", "--epochs", 1, "--width", 8)
    assert apart(document)[:12].max() <= 1e-4  # three losses a batch


def test_resnet_digits(compare):
    """Batch norm and residual sums: as chaotic as PyTorch, which with two threads instead of one is 2.6e-6 from itself at
    step 5 and 1.5e-3 at step 10 (more than `compare` calls equal); the curve goes down on both libraries."""
    document = compare("resnet_digits.py", "--epochs", 1, statuses=(0, 1))
    assert apart(document)[:5].max() <= 5e-6
    assert apart(document)[:10].max() <= 3e-3
    losses = document["sides"][1]["losses"]
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


def test_mnist_folder(compare, tmp_path):
    """With --data the programs learn from a folder as torchvision reads it, on both libraries."""
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("reads MNIST with torchvision, which is not installed")
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    for name, count in (("train", 100), ("t10k", 20)):
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = random.integers(0, 10, count, dtype=np.uint8)
        images_file, labels_file = raw / f"{name}-images-idx3-ubyte", raw / f"{name}-labels-idx1-ubyte"
        images_file.write_bytes(struct.pack(">4i", 0x803, count, 28, 28) + images.tobytes())
        labels_file.write_bytes(struct.pack(">2i", 0x801, count) + labels.tobytes())
    document = compare("mnist_mlp.py", "--data", tmp_path, "--epochs", 2, "--print-every", 1)
    assert len(apart(document)) == 4
    assert document["printed_difference"] is None


@pytest.mark.parametrize("program", sorted(path.name for path in REFERENCE.glob("*.py")))
def test_the_programs_are_plain_pytorch(program):
    """They import torch and data.py; only data.py knows where images come from."""
    allowed = {"argparse", "torch", "data"}
    if program == "data.py":
        allowed |= {"numpy", "pathlib", "sklearn", "torchvision"}
    for node in ast.walk(ast.parse((REFERENCE / program).read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        assert {name.split(".")[0] for name in names} <= allowed
