"""benchmarks/ladder: every rung computes the same, on awkward sizes too. PyTorch: none."""

import importlib

import pytest
from commands import ROOT


@pytest.mark.parametrize("name", ["gemm", "conv2d"])
def test_rungs_agree(name, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "ladder"))
    ladder, rungs = importlib.import_module("ladder"), importlib.import_module(name)
    arguments = rungs.make(19)
    highest = rungs.RUNGS[-1].function(*arguments)
    for rung in rungs.RUNGS:
        given = rung.part(*arguments) if rung.part else arguments
        ladder.check(rung.name, rung.function(*given), highest)
        assert rungs.flops(*given) > 0


def test_a_wrong_rung_is_found(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "ladder"))
    ladder, gemm = importlib.import_module("ladder"), importlib.import_module("gemm")
    rungs = [ladder.Rung("wrong", lambda a, b: a @ b + 1), ladder.Rung("right", gemm.openblas)]
    with pytest.raises(AssertionError, match="wrong differs from the highest rung by"):
        ladder.climb(rungs, gemm.make(5), gemm.flops)
