"""Initialisers give PyTorch's numbers, bit for bit. PyTorch: test/nn/test_init.py."""

import math
import warnings

import pytest
from helpers import check, torch

SHAPES = [(3, 5), (40, 30), (6, 4, 3, 3), (5, 3, 2)]
DRAWING = [
    "uniform_(w)",
    "uniform_(w, -2, 3.5)",
    "normal_(w)",
    "normal_(w, 1, 0.02)",
    "trunc_normal_(w)",
    "trunc_normal_(w, std=0.02)",
    "trunc_normal_(w, 0, 1, 0.5, 1.5)",
    "trunc_normal_(w, 1, 0.5, 0.2, 3)",
    "trunc_normal_(w, 0, 1, 2, 3)",
    "trunc_normal_(w, 0, 1, -0.1, 0.1)",
    "xavier_uniform_(w)",
    "xavier_uniform_(w, gain=5 / 3)",
    "xavier_normal_(w)",
    "xavier_normal_(w, 0.7)",
    "kaiming_uniform_(w)",
    "kaiming_uniform_(w, a=5**0.5)",
    "kaiming_uniform_(w, mode='fan_out', nonlinearity='relu')",
    "kaiming_normal_(w)",
    "kaiming_normal_(w, 0.3, 'FAN_OUT')",
    "kaiming_normal_(w, nonlinearity='tanh')",
]
STILL = ["constant_(w, 0.3)", "ones_(w)", "zeros_(w)"]
TRUNC_NORMAL_CHANGED = torch is not None and tuple(map(int, torch.__version__.split(".")[:2])) < (2, 12)


def initialised(library, call, shape, dtype="float32", generator=None):
    """A weight after `call`, and where the generators stand."""
    w = library.full(shape, 7.0, dtype=getattr(library, dtype)).requires_grad_()
    arguments = call if generator is None else call[:-1] + ", generator=g)"
    result = eval(f"nn.init.{arguments}", {"nn": library.nn, "w": w, "g": generator})
    assert result is w
    assert w.is_leaf
    return w.detach(), library.get_rng_state()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("call", DRAWING + STILL)
def test_same_numbers(call, shape, dtype):
    if "trunc" in call and TRUNC_NORMAL_CHANGED:
        pytest.skip("trunc_normal_ draws in another way before torch 2.12")
    check(lambda torch: initialised(torch, call, shape, dtype), exact=True)


def test_generator_of_ones_own():
    for call in DRAWING:
        if not ("trunc" in call and TRUNC_NORMAL_CHANGED):
            check(
                lambda torch, call=call: initialised(
                    torch, call, (20, 30), generator=torch.Generator().manual_seed(3)
                ),
                exact=True,
            )


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4)])
def test_eye(shape):
    check(lambda torch: initialised(torch, "eye_(w)", shape), exact=True)


@pytest.mark.parametrize("shape", [(4, 3, 5), (6, 2, 3, 4), (4, 4, 3, 2, 3)])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac(shape, groups):
    check(lambda torch: initialised(torch, f"dirac_(w, {groups})", shape), exact=True)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (6, 2, 3), (40, 30)])
def test_orthogonal(shape):
    """The generator is equal; the numbers go through another QR."""
    check(lambda torch: initialised(torch, "orthogonal_(w)", shape), rtol=0, atol=1e-6)
    check(lambda torch: initialised(torch, "orthogonal_(w, 2)", shape, "float64"), rtol=0, atol=1e-14)


@pytest.mark.parametrize("sparsity", [0, 0.1, 0.5, 1])
def test_sparse(sparsity):
    """The zeros' places come from the default generator, even if another one gives the numbers."""
    check(lambda torch: initialised(torch, f"sparse_(w, {sparsity})", (20, 30)), exact=True)
    check(
        lambda torch: initialised(
            torch, f"sparse_(w, {sparsity}, 0.3)", (20, 30), generator=torch.Generator().manual_seed(3)
        ),
        exact=True,
    )


@pytest.mark.parametrize(
    "nonlinearity",
    ["linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"],
)
def test_gain(nonlinearity):
    check(lambda torch: torch.nn.init.calculate_gain(nonlinearity), exact=True)


@pytest.mark.parametrize("param", [0, 0.2, 3, math.sqrt(5), None])
def test_gain_of_leaky_relu(param):
    check(lambda torch: torch.nn.init.calculate_gain("leaky_relu", param), exact=True)


@pytest.mark.parametrize(
    "call",
    [
        "calculate_gain('foo')",
        "calculate_gain('leaky_relu', 'a')",
        "calculate_gain('leaky_relu', True)",
        "eye_(w[0])",
        "dirac_(w)",
        "dirac_(w.reshape(3, 5, 1), 2)",
        "xavier_uniform_(w[0])",
        "xavier_normal_(w[0])",
        "kaiming_uniform_(w[0])",
        "kaiming_normal_(w, mode='foo')",
        "orthogonal_(w[0])",
        "sparse_(w[0], 0.1)",
        "uniform_(w, 2, 1)",
        "normal_(w, 0, -1)",
    ],
)
def test_errors(call):
    check(
        lambda torch: eval(f"nn.init.{call}", {"nn": torch.nn, "w": torch.zeros(3, 5)}),
        raises=RuntimeError if call in ("uniform_(w, 2, 1)", "normal_(w, 0, -1)") else ValueError,
    )


@pytest.mark.parametrize(
    "call",
    [
        "kaiming_uniform_(torch.zeros(0, 3))",
        "kaiming_normal_(torch.zeros(0, 3))",
        "orthogonal_(torch.zeros(0, 3))",
        "uniform(torch.zeros(2, 3))",
        "normal(torch.zeros(2, 3))",
        "constant(torch.zeros(2, 3), 2)",
        "eye(torch.zeros(2, 3))",
        "dirac(torch.zeros(2, 3, 4))",
        "xavier_uniform(torch.zeros(2, 3))",
        "xavier_normal(torch.zeros(2, 3))",
        "kaiming_uniform(torch.zeros(2, 3))",
        "kaiming_normal(torch.zeros(2, 3))",
        "sparse(torch.zeros(2, 3), 0.5)",
    ],
)
def test_warnings(call):
    """Nothing to fill, and the old names without an underscore."""

    def body(torch):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = eval(f"torch.nn.init.{call}", {"torch": torch})
        return result, [(each.category.__name__, str(each.message)) for each in caught]

    check(body, exact=True)


@pytest.mark.skipif(TRUNC_NORMAL_CHANGED, reason="trunc_normal_ draws in another way before torch 2.12")
def test_trunc_normal_far_from_its_mean():
    def body(torch):
        with pytest.warns(UserWarning) as caught:
            result = torch.nn.init.trunc_normal_(torch.zeros(10), 5, 1, -1, 1)
        return result, str(caught[0].message)

    check(body, exact=True)
