"""`minitorch compare`, from the command line to the exit status. PyTorch: none."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest
from commands import environment, hears_interrupts, minitorch, one_line, running

SCRIPT = """
import sys
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
x = torch.randn(48, 4)
y = torch.randn(48, 1)
loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
scale = torch.ones(1, requires_grad=True)
optimizer = torch.optim.SGD([*model.parameters(), scale], lr=0.1)
with torch.no_grad():
    model[0].weight[0, 0] += PERTURBATION
for epoch in range(2):
    for a, b in loader:
        loss = ((model(a) * scale - b) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"Epoch {epoch + 1}, Loss: {loss.item():.4f}", sys.argv[1:])
"""


def script(tmp_path, perturbation="0.0", text=SCRIPT):
    file = tmp_path / "script.py"
    file.write_text(textwrap.dedent(text).replace("PERTURBATION", perturbation))
    return file


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def test_minitorch_agrees_with_pytorch(torch, tmp_path):
    """A small network: exit status 0, and the JSON file has what was recorded on both sides."""
    out, plot = tmp_path / "out.json", tmp_path / "curves.png"
    options = ("--json", out, "--plot", plot, "--threads", 1)
    done = minitorch("compare", *options, script(tmp_path), "--some", "option")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "minitorch agrees with PyTorch."
    assert "    torch | Epoch 1, Loss: " in done.stderr and "minitorch | Epoch 2, Loss: " in done.stderr

    document = json.loads(out.read_text())
    first, second = document["sides"]
    assert (first["library"], second["library"]) == ("torch", "minitorch")
    assert first["threads"] == second["threads"] == 1
    assert len(first["losses"]) == len(second["losses"]) == 6
    assert first["epochs"] == second["epochs"] == [1, 1, 1, 2, 2, 2]
    assert list(document["gradients"]) == ["0.weight", "0.bias", "2.weight", "2.bias", "tensor 4"]
    assert document["generators_equal"] and document["printed_difference"] is None
    assert first["printed"][0].endswith("['--some', 'option']")
    assert document["ratio"] == pytest.approx(second["step_seconds"] / first["step_seconds"])
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_a_difference_is_found(torch, tmp_path):
    """A first weight off by 1e-3 on one side is no agreement: the reasons are printed, exit status 1."""
    only_minitorch = "0.001 if torch.__name__ == 'minitorch' else 0.0"
    done = minitorch("compare", script(tmp_path, only_minitorch))
    assert done.returncode == 1
    verdict = done.stdout[done.stdout.index("minitorch DIFFERS from PyTorch:") :]
    assert "loss at step 1: " in verdict and "step 1 grad 0.weight: " in verdict


def test_pytorch_agrees_with_itself(torch, tmp_path):
    """The same library twice: every number is equal, also in a script that sets no seed."""
    out = tmp_path / "out.json"
    unseeded = script(tmp_path, text=SCRIPT.replace("torch.manual_seed(3)", ""))
    done = minitorch("compare", "--against", "torch", "--tolerance", 0, "--json", out, unseeded)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(out.read_text())
    assert document["sides"][0]["losses"] == document["sides"][1]["losses"]
    assert all(check["difference"] == 0 for check in document["gradients"].values())


def test_a_side_that_fails(torch, tmp_path):
    """The traceback is shown, and a line says which side it was; exit status 1."""
    file = script(tmp_path, text="import torch\nassert torch.__name__ == 'torch', 'not here'\n")
    done = minitorch("compare", file)
    assert done.returncode == 1 and done.stdout == ""
    lines = done.stderr.splitlines()
    assert "minitorch | AssertionError: not here" in lines
    assert lines[-1] == "minitorch compare: the script failed on minitorch (exit status 1)"


def test_an_option_after_the_script_is_explained(torch, tmp_path):
    """--plot behind the script goes to the script; if the script does not know it, compare says so."""
    file = script(tmp_path, text="import argparse\nargparse.ArgumentParser().parse_args()\n")
    done = minitorch("compare", file, "--plot", "x.png")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("minitorch compare: --plot stands before the script")


def test_without_torch_minitorch_runs_alone(tmp_path):
    """It says how to get PyTorch, runs the script, and exits with 3: nothing was compared."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    done = minitorch("compare", script(tmp_path), path=[tmp_path])
    assert done.returncode == 3
    first, *lines = done.stderr.splitlines()
    assert first.startswith("minitorch compare: PyTorch is not installed") and "pip install" in first
    assert lines[0] == "minitorch | minitorch starts" and lines[-1].startswith("minitorch | Epoch 2, Loss: ")


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(tmp_path, number, status):
    """Ctrl-C and SIGTERM end the script too; exit status 130 and 143."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    file = script(tmp_path, text="import os, time\nprint('pid', os.getpid())\ntime.sleep(600)\n")
    with running(
        [sys.executable, "-m", "minitorch", "compare", str(file)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment([tmp_path]),
        preexec_fn=hears_interrupts,
    ) as process:
        pid = next(int(line.split()[-1]) for line in process.stderr if "pid" in line)
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(60) == status
    if number == signal.SIGINT:
        assert one_line(rest) == "minitorch compare: interrupted; the script was stopped"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_script_that_is_killed(tmp_path):
    """A side that dies of a signal is reported by the signal's name."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    file = script(tmp_path, text="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    done = minitorch("compare", file, path=[tmp_path])
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "minitorch compare: the script failed on minitorch (Killed)"
