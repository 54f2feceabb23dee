"""Products, convolutions and pooling give the same bits for any number of threads and any processor's tile. PyTorch: none."""

import os
import subprocess
import sys

import llvmlite.binding
import pytest

THREADS = """
import hashlib, sys
import numba, numpy as np
from minitorch.kernels.cpu import conv, conv_backward, gemm, linear, pool

random = np.random.default_rng(0)
make = lambda *shape: random.standard_normal(shape).astype(np.float32)
a, b, tall = make(300, 700), make(700, 260), make(3000, 40)
x, w, grad = make(9, 20, 17, 17), make(40, 20, 3, 3), make(9, 40, 17, 17)
geometry, windows = ((1, 1), (1, 1), (1, 1), 1), ((3, 3), (2, 2), (1, 1), (1, 1))

def digest():
    total = hashlib.sha256()
    pooled, choices = pool.max_pool2d_choices(x, *windows, True)
    for result in [
        gemm.matmul(a, b), gemm.matmul(tall, tall[:500].T), gemm.bmm(make2, make2), gemm.mv(a, b[:, 0].copy()),
        gemm.mv(a.T, a[:, 0]), gemm.dot(tall.ravel(), tall.ravel()),
        conv.conv2d(x, w, None, *geometry), conv.conv2d_input(grad, w, x.shape, *geometry),
        *conv_backward.conv2d_parameters(grad, x, w.shape, *geometry), conv_backward.conv2d_bias(grad), pooled, choices,
        pool.max_pool2d_choices_backward(pooled, choices, x.shape, *windows),
        pool.avg_pool2d(x, *windows[:3], True, True, None),
        pool.avg_pool2d_backward(pooled, x.shape, *windows[:3], True, True, None),
    ]:
        total.update(result.tobytes())
    return total.hexdigest()

make2 = make(40, 64, 64)
for threads in (1, 2, 3, 4, 1):
    numba.set_num_threads(threads)
    print(digest())
"""

VALUES = """
import numpy as np
from minitorch.kernels.cpu import conv, conv_backward, gemm, linear, microkernel, pool

random = np.random.default_rng(0)
for dtype, eps in ((np.float32, 1e-4), (np.float64, 1e-12)):
    make = lambda *shape: random.standard_normal(shape).astype(dtype)
    for m, k, n in ((1, 1, 1), (20, 300, 50), (7, 5, 3), (150, 90, 100)):
        a, b, bias = make(m, k), make(n, k), make(n)
        assert np.allclose(linear(a, b, bias), a @ b.T + bias, rtol=eps, atol=eps)
    x, w = make(3, 11, 9, 9), make(21, 11, 3, 3)
    grad, geometry = make(3, 21, 5, 5), ((2, 2), (1, 1), (1, 1), 1)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))[:, :, ::2, ::2]
    assert np.allclose(conv.conv2d(x, w, None, *geometry), np.einsum("ncyxij,ocij->noyx", seen, w), rtol=eps, atol=eps)
    expected = np.einsum("ncyxij,noyx->ocij", seen, grad)
    weight = conv_backward.conv2d_weight(grad, x, w.shape, *geometry)
    assert np.allclose(weight, expected, rtol=eps, atol=eps)
    other = conv.conv2d_input(grad, w, x.shape, *geometry)
    assert np.isclose((other * x).sum(), (weight * w).sum(), rtol=eps)  # both are <grad, conv(x, w)>
    assert (pool.max_pool2d(x, (2, 2), (1, 1), (0, 0), (1, 1), False)[0] == np.maximum(
        np.maximum(x[:, :, 1:, 1:], x[:, :, :-1, 1:]), np.maximum(x[:, :, 1:, :-1], x[:, :, :-1, :-1]))).all()
print(microkernel.VECTOR_BYTES, microkernel.ROWS)
"""


@pytest.mark.parametrize(
    ("wanted", "spins"), [({}, "20000"), ({"GOMP_SPINCOUNT": "5"}, "5"), ({"OMP_WAIT_POLICY": "passive"}, "0")]
)
def test_threads_that_wait_soon_sleep(wanted, spins, monkeypatch):
    """GNU OpenMP's own count made a step on a busy machine 16 times as slow. What a user asked for stays."""
    monkeypatch.delenv("GOMP_SPINCOUNT")  # which conftest.py set
    program = "import minitorch, numba, os; numba.get_num_threads(); print(os.environ.get('GOMP_SPINCOUNT'))"
    said = run(program, stderr=True, OMP_DISPLAY_ENV="VERBOSE", **wanted)
    assert said[0] == str(wanted.get("GOMP_SPINCOUNT"))
    counts = [line.split("'")[1] for line in said if "GOMP_SPINCOUNT" in line]
    if not counts:
        pytest.skip("Numba's threads are not GNU OpenMP's here")
    assert counts == [spins]


def run(program: str, stderr: bool = False, **environment: str) -> list[str]:
    """What it prints; with `stderr`, followed by that."""
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return (done.stdout + done.stderr * stderr).split("\n")[:-1]


def test_same_bits_for_any_number_of_threads():
    assert len(set(run(THREADS, NUMBA_NUM_THREADS="4"))) == 1


@pytest.mark.parametrize(
    ("name", "features", "tile"), [("generic", "", "16 6"), ("haswell", "+avx,+avx2,+fma", "32 6")]
)
def test_tiles_of_other_processors(name, features, tile):
    """The tile follows the processor that Numba is told to compile for: none that is known, one with AVX2."""
    if name == "haswell" and not llvmlite.binding.get_host_cpu_features().get("avx2"):
        pytest.skip("this processor cannot run instructions of AVX2")
    assert run(VALUES, NUMBA_CPU_NAME=name, NUMBA_CPU_FEATURES=features) == [tile]
