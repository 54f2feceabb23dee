"""Calls that draw random numbers, as text that both libraries run. PyTorch: test/test_tensor_creation_ops.py.

python tests/random_draws.py writes tests/golden/random.json: what PyTorch draws, so that the streams are
tested where torch is not installed.
"""

import hashlib
import json
from pathlib import Path
from types import ModuleType

GOLDEN = Path(__file__).parent / "golden" / "random.json"
# Around a block of 16 normal numbers, a twist of 624 words, and a piece of 8,192 elements.
SIZES = (0, 1, 15, 16, 17, 33, 623, 624, 625, 1000, 8192, 8208, 20_003)
# Memory order is not index order, there are gaps, or the window starts inside its storage.
STRIDED = (
    "torch.zeros(5, 7).t()",
    "torch.zeros(9, 8)[::2, 1::3]",
    "torch.zeros(6, 40)[:, :30]",
    "torch.zeros(2, 3, 4, 5).permute(0, 3, 1, 2)",
    "torch.zeros(50)[11:]",
    "torch.zeros(())",
)


def _exact() -> list[str]:
    calls = []
    for n in SIZES:
        calls += [f"torch.randn({n})", f"torch.empty({n}).normal_(0.1, 2.3)"] if n == 0 or n >= 16 else []
        calls += [f"torch.randint(-3, 1000, ({n},))", f"torch.randint(2**28, ({n},))", f"torch.randperm({n})"]
        for dtype in ("torch.float32", "torch.float64"):
            calls += [
                f"torch.rand({n}, dtype={dtype})",
                f"torch.empty({n}, dtype={dtype}).uniform_(-0.3, 0.7)",
                f"torch.empty({n}, dtype={dtype}).bernoulli_(0.3)",
                f"torch.bernoulli(torch.arange({n}, dtype={dtype}) / {max(n, 1)})",
            ]
    for dtype in ("int64", "int32", "uint8", "bool", "float32", "float64"):
        empty = f"torch.empty(100, dtype=torch.{dtype})"
        calls += [f"{empty}.random_()", f"{empty}.random_(2)", f"{empty}.bernoulli_(0.5)"]
        if dtype in ("int64", "float32", "float64"):
            calls += [f"{empty}.random_(-2**63, None)", f"{empty}.random_(-7, None)"]
        calls.append(f"{empty}.random_(1, None)")
    calls += [
        "torch.randint(-2**63, 2**63 - 1, (100,))",
        "torch.randint(2**28 - 1, (100,))",
        "torch.randint(-2**31, 2**31, (100,), dtype=torch.int32)",
        "torch.empty((), dtype=torch.int64).random_()",
        "torch.randperm(100, dtype=torch.int32)",
        "torch.rand(2, 3, 4)",
        "torch.randn((2, 3, 4))",
        "torch.rand_like(torch.zeros(3, 4).t())",
        "torch.randint_like(torch.zeros(6, 4).t(), 3, 9)",
        "torch.multinomial(torch.arange(1, 31).float().reshape(3, 10), 7, True)",
        "torch.multinomial(torch.arange(1, 31, dtype=torch.float64), 70, True)",
        "[torch.randn(100), torch.rand(3), torch.randperm(7), torch.randn(33)][3]",
    ]
    for tensor in STRIDED:
        calls += [f"{tensor}.uniform_(2, 3)", f"{tensor}.long().random_(10)", f"{tensor}.bernoulli_(0.4)"]
    return calls


def _libm() -> list[str]:
    calls = ["torch.randn(1)", "torch.randn(2)", "torch.randn(15)", "torch.empty(7).normal_(0.1, 2.3)"]
    for n in SIZES:
        calls.append(f"torch.empty({n}, dtype=torch.float64).normal_(0.1, 2.3)")
        for dtype in ("torch.float32", "torch.float64"):
            calls += [
                f"torch.empty({n}, dtype={dtype}).exponential_(0.7)",
                f"torch.empty({n}, dtype={dtype}).cauchy_(0.7, 2)",
                f"torch.empty({n}, dtype={dtype}).log_normal_(0.7, 0.2)",
            ]
    for dtype in ("torch.float32", "torch.float64"):
        weights = f"torch.arange(1, 31, dtype={dtype}).reshape(3, 10)"
        calls += [f"torch.multinomial({weights}, 4)", f"torch.multinomial({weights}, 1, True)"]
    calls += [
        f"torch.empty(100, dtype=torch.{dtype}).geometric_(0.4)"
        for dtype in ("float32", "float64", "int64", "int32", "uint8")
    ]
    for tensor in STRIDED:
        calls += [
            f"{tensor}.normal_(1, 2)",
            f"{tensor}.double().exponential_()",
            f"{tensor}.bernoulli_(torch.rand({tensor}.shape))",
        ]
    return [
        *calls,
        "torch.cat([torch.randn(3), torch.randn(20), torch.zeros(1).log_normal_(), torch.randn(4)])",
        "torch.empty(100).exponential_(float('inf'))",
        "torch.randn_like(torch.zeros(6, 4).t())",
        "torch.randn_like(torch.zeros(6, 40)[:, ::2])",
        "torch.normal(torch.arange(20).float().reshape(4, 5), torch.arange(1, 6).float())",
        "torch.normal(torch.arange(20).float(), 0.3)",
        "torch.normal(0.3, torch.arange(20).float())",
        "torch.normal(torch.arange(20).float(), torch.arange(20).double() / 3)",
        "torch.normal(0.3, 2.0, (4, 5))",
    ]


# Integer arithmetic and single roundings: the same bits on every machine.
EXACT = _exact()
# Through the C library's log, sin, cos, tan and exp, whose last bit differs between machines: not golden.
LIBM = _libm()


def drawn(library: ModuleType, call: str, seed: int = 1234) -> dict[str, str]:
    """The result of a call and the generator after it, as text."""
    library.manual_seed(seed)
    result = eval(call, {"torch": library})
    values = result.contiguous().numpy()
    state = library.get_rng_state().numpy()
    return {
        "result": f"{result.dtype} {list(result.shape)} {list(result.stride())}",
        "first": values.reshape(-1)[:4].tobytes().hex(" ", values.itemsize),
        "values": hashlib.sha256(values.tobytes()).hexdigest(),
        "state": hashlib.sha256(state.tobytes()).hexdigest(),
    }


if __name__ == "__main__":
    import torch

    lines = [f"{json.dumps(call)}: {json.dumps(drawn(torch, call))}" for call in EXACT]
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
