"""`minitorch bench`, from the command line to the exit status; nothing here says how fast. PyTorch: none."""

import json

import pytest
from commands import ROOT, minitorch, one_line

import minitorch as lib
from minitorch.cli.bench.worker import Worker

CASES = """
import torch
from case import Case

def make():
    x = torch.arange(4.0)
    print("made on", torch.__name__)
    return lambda: x + x

def fails():
    raise RuntimeError("no such luck")

def in_a_format(memory_format=None):
    x = torch.ones(1, 2, 3, 3)
    return lambda: x * 2

CASES = [
    Case("add 4", make, flops=4, bytes=48, limit=1e9),
    Case("impossible", make, limit=1e-9),
    Case("broken", fails),
    Case("images", in_a_format, memory_formats=True, threads=1),
]
"""


@pytest.fixture
def folder(tmp_path):
    """A folder of cases as benchmarks/ is, with one file of small ones."""
    cases = tmp_path / "benchmarks" / "cases"
    cases.mkdir(parents=True)
    (cases / "case.py").write_text((ROOT / "benchmarks" / "cases" / "case.py").read_text())
    (cases / "small.py").write_text(CASES)
    return cases.parent


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="is measured beside PyTorch, which is not installed")


def test_one_case(torch, folder, tmp_path):
    """All that is written about a case: both libraries, every slice, ratios of neighbours, the limit, the machine."""
    out, plot = tmp_path / "out.json", tmp_path / "roofline.png"
    options = ("--rounds", 3, "--threads", 1, "--folder", folder, "--json", out, "--plot", plot)
    done = minitorch("bench", "add", *options)
    assert done.returncode == 0, done.stderr
    assert "add 4" in done.stdout and "1e+09 met" in done.stdout and "limits: 1 of 1 met" in done.stdout
    assert "    torch | made on torch" in done.stderr and "minitorch | made on minitorch" in done.stderr
    assert plot.read_bytes().startswith(b"\x89PNG")

    document = json.loads(out.read_text())
    assert document["threads"] == 1 and document["versions"]["torch"] == torch.__version__
    assert set(document["ceilings"]) == {"flops", "memory", "cache"} and min(document["ceilings"].values()) > 0
    (case,) = document["cases"]
    assert (case["name"], case["flops"], case["bytes"], case["met"]) == ("small/add 4", 4, 48, True)
    theirs, ours = case["timings"]
    assert (theirs["library"], ours["library"]) == ("torch", "minitorch")
    assert len(theirs["seconds"]) == len(ours["seconds"]) == 3 and min(theirs["seconds"]) > 0
    ratios = sorted(a / b for a, b in zip(ours["seconds"], theirs["seconds"]))
    assert case["ratio"]["median"] == pytest.approx(ratios[1])
    assert ratios[0] <= case["ratio"]["low"] <= case["ratio"]["high"] <= ratios[2]


def test_first_run_of_a_slice_does_not_count(monkeypatch, tmp_path):
    """However long the runs take, there are six; the first one finds the other library's data in the caches."""
    worker, clock = Worker("torch", tmp_path), iter([9.0, 1.0, 4.0, 2.0, 5.0, 3.0, 0.0])
    worker.prepared["contiguous"] = (lambda: None, 1)
    monkeypatch.setattr(worker, "once", lambda run, together: next(clock))
    monkeypatch.setattr("minitorch.cli.bench.worker.SLICE", 0.0)
    assert worker.time("contiguous") == {"seconds": 3.0}
    assert next(clock) == 0.0


def test_limits_errors_and_formats(torch, folder, tmp_path):
    """A missed limit is said; a case that fails leaves the others alone; PyTorch runs in both memory formats."""
    out = tmp_path / "out.json"
    words = ("impossible", "broken", "images")
    done = minitorch("bench", *words, "--rounds", 2, "--threads", 1, "--folder", folder, "--json", out)
    assert done.returncode == 0, done.stderr
    assert "1e-09 MISSED" in done.stdout and "limits: 0 of 1 met" in done.stdout
    assert "small/broken: minitorch: RuntimeError: no such luck (small.py:11)" in done.stdout.replace("\n", " ")
    impossible, broken, images = json.loads(out.read_text())["cases"]
    assert impossible["met"] is False and broken["ratio"] is None
    assert all("no such luck" in timing["error"] for timing in broken["timings"])
    forms = [(timing["library"], timing["form"]) for timing in images["timings"]]
    assert forms == [("torch", "channels_last"), ("torch", "contiguous"), ("minitorch", "contiguous")]


def test_memory_of_a_program(torch, tmp_path):
    """A process of its own for each library says how much it had."""
    out = tmp_path / "out.json"
    done = minitorch("bench", "memory/linear_regression adam", "--threads", 1, "--json", out)
    assert done.returncode == 0, done.stderr
    (figure,) = json.loads(out.read_text())["figures"]
    assert figure["unit"] == "B" and figure["torch"] > 1e7 and figure["minitorch"] > 1e7
    assert figure["ratio"] == figure["minitorch"] / figure["torch"] and figure["met"] == (figure["ratio"] <= 1)


def test_without_pytorch(folder, tmp_path):
    """minitorch alone: no ratio, no verdict, exit status 3."""
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide" / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\nu.find_spec = lambda name, *a: None if name == 'torch' else find(name, *a)"
    )
    done = minitorch("bench", "add", "--rounds", 2, "--folder", folder, path=[tmp_path / "hide"])
    assert done.returncode == 3
    assert "PyTorch is not installed" in done.stderr and "limits:" not in done.stdout


def test_the_repository_names_its_cases():
    """--list runs nothing; the issue's programs and shapes are there, with their limits."""
    done = minitorch("bench", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "programs/mnist_cnn 512  (limit 0.5)" in lines and "gemm/2048x2048x2048  (limit 1.1)" in lines
    assert "conv/128x28x28 to 128, 3x3 stride 2 backward  (limit 1.2)" in lines
    assert "start/warm first step of mnist_cnn  (limit 0.5)" in lines


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nonsense"], "no case has 'nonsense' in its name (groups: attention, conv, gemm, "),
        (["gemm", "--folder", "nowhere"], "no cases in 'nowhere': they come with a checkout"),
        (["gemm", "--json", "no/such/file"], "cannot write 'no/such/file'"),
        (["gemm", "--rounds", "0"], "argument --rounds: invalid positive value: '0'"),
    ],
)
def test_wrong_arguments(arguments, line):
    """One clear line and exit status 2."""
    done = minitorch("bench", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr).startswith(f"minitorch bench: {line}")


GPU_CASES = """
import torch
from case import Case

def make():
    x = torch.arange(4.0)
    print("made on", x.device)
    return lambda: x + x

CASES = [Case("add 4", make, limit=1e-9, gpu_limit=1e9), Case("large", make, gpu_only=True)]
"""


def test_gpu(folder, tmp_path):
    """In the simulator: everything is made on the GPU and timed by its events, and the limits are the GPU's."""
    (folder / "cases" / "small.py").write_text(GPU_CASES)
    out = tmp_path / "out.json"
    options = ("--device", "cuda", "--rounds", 2, "--folder", folder, "--json", out)
    done = minitorch("bench", *options, NUMBA_ENABLE_CUDASIM="1")
    assert done.returncode == 3, done.stderr  # PyTorch has no GPU
    assert "minitorch | made on cuda:0" in done.stderr
    document = json.loads(out.read_text())
    assert "simulator" in document["gpu"] and {"driver", "numba-cuda"} <= set(document["versions"])
    assert [(case["name"], case["limit"]) for case in document["cases"]] == [("small/add 4", 1e9), ("small/large", None)]
    assert all(min(timing["seconds"]) > 0 for case in document["cases"] for timing in case["timings"])


def test_no_gpu(folder):
    """One line, before anything runs."""
    if lib.cuda.is_available():
        pytest.skip("there is a GPU")
    done = minitorch("bench", "--device", "cuda", "--folder", folder)
    assert done.returncode == 2 and "there is no GPU here that minitorch can use" in one_line(done.stderr)
