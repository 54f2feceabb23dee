"""Losses: values, gradients, reductions, errors, warnings. PyTorch: test/test_nn.py."""

import pytest
from helpers import Input, array, check
from hypothesis import given
from hypothesis import strategies as st
from strategies import inputs, shapes

import minitorch

pytestmark = pytest.mark.usefixtures("device")

REDUCTIONS = ("mean", "sum", "none")
PAIRS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits")


@given(
    data=st.data(),
    shape=shapes(min_side=1),
    name=st.sampled_from(PAIRS),
    reduction=st.sampled_from(REDUCTIONS),
)
def test_a_loss_of_pairs(data, shape, name, reduction):
    """Gradients to both arguments, and second gradients, in any layout."""
    input, target = data.draw(inputs(shape=shape)), data.draw(inputs(shape=shape, low=-1.9, high=2.1))
    check(
        lambda torch, x, y: getattr(torch.nn.functional, name)(x, y, reduction=reduction),
        input,
        target,
        double=True,
        rtol=1e-9,
        atol=1e-10,
    )


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(100, 1), (0, 3), (), (50_000,)])
def test_float32_of_every_size(name, reduction, shape):
    check(
        lambda torch, x, y: getattr(torch.nn.functional, name)(x, y, reduction=reduction),
        Input(shape, layout="transposed"),
        Input(shape, seed=1, low=-1, requires_grad=False),
    )


@pytest.mark.parametrize("name, option", [("smooth_l1_loss", "beta"), ("huber_loss", "delta")])
@pytest.mark.parametrize("value", [0.3, 1, 2.5])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_where_the_parabola_ends(name, option, value, reduction):
    check(
        lambda torch, x, y: getattr(torch.nn.functional, name)(x, y, reduction=reduction, **{option: value}),
        Input((5, 7), "float64"),
        Input((5, 7), "float64", seed=1),
        double=True,
    )


def test_smooth_l1_without_a_parabola():
    check(
        lambda torch, x, y: torch.nn.functional.smooth_l1_loss(x, y, beta=0), Input((4,)), Input((4,), seed=1)
    )


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_weight_for_every_pair(name, reduction):
    check(
        lambda torch, x, y, w: getattr(torch.nn.functional, name)(x, y, reduction=reduction, weight=w),
        Input((3, 4), "float64"),
        Input((3, 4), "float64", seed=1, low=-1.9),
        Input((3, 4), "float64", seed=2, low=0.1, requires_grad=False),
        double=True,
    )


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_shapes_broadcast_with_a_warning(name):
    body = lambda torch, x, y: getattr(torch.nn.functional, name)(x, y)  # noqa: E731
    check(body, Input((3, 1)), Input((4,), seed=1), double=True)
    check(body, Input((3, 4)), Input((2, 4)), raises=RuntimeError)
    with pytest.warns(UserWarning, match=r"Using a target size \(torch.Size\(\[4\]\)\) that is different"):
        body(minitorch, minitorch.ones(3, 1), minitorch.ones(4))


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize("dtype", ["float64", "int64"])
def test_dtypes_promote(name, dtype):
    check(
        lambda torch, x, y: getattr(torch.nn.functional, name)(x, y),
        Input((3, 4)),
        Input((3, 4), dtype, requires_grad=False),
        grad=name
        != "huber_loss",  # PyTorch's has no derivative of two dtypes: "Found dtype Double but expected Float"
    )
    check(
        lambda torch, x, y: getattr(torch.nn.functional, name)(x, y),
        Input((3, 4), "int64"),
        Input((3, 4), "int64"),
        raises=Exception,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_binary_cross_entropy(reduction, weighted):
    def body(torch, x, y, w):
        return torch.nn.functional.binary_cross_entropy(x, y, w if weighted else None, reduction=reduction)

    probabilities = Input((3, 4), "float64", low=0.01, high=0.99)
    weight = Input((4,), "float64", low=0.1, seed=2, requires_grad=False)
    check(
        body,
        probabilities,
        Input((3, 4), "float64", low=0.02, high=0.98, seed=1),
        weight,
        double=True,
        rtol=1e-9,
    )


def test_certain_errors_cost_a_hundred():
    check(
        lambda torch, x, y: torch.nn.functional.binary_cross_entropy(x, y, reduction="none"),
        array([0.0, 1.0, 0.0, 1.0]),
        array([1.0, 0.0, 0.0, 1.0], requires_grad=False),
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_binary_cross_entropy_with_weights_of_positives(reduction, weighted):
    def body(torch, x, y, w, p):
        function = torch.nn.functional.binary_cross_entropy_with_logits
        return function(x, y, w if weighted else None, reduction=reduction, pos_weight=p)

    weights = [Input((4,), "float64", low=0.1, seed=seed, requires_grad=False) for seed in (2, 3)]
    target = Input((3, 4), "float64", low=0, high=1, seed=1, requires_grad=False)
    check(body, Input((3, 4), "float64"), target, *weights, double=True)


def test_logits_beyond_the_range_of_exp():
    check(
        lambda torch, x, y: torch.nn.functional.binary_cross_entropy_with_logits(x, y, reduction="none"),
        array([-1000.0, 1000.0, 1000.0, -1000.0, 0.0]),
        array([1.0, 0.0, 1.0, 0.0, 0.5], requires_grad=False),
    )


@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_kl_div(reduction, log_target):
    low = -3 if log_target else 0.01
    check(
        lambda torch, x, y: torch.nn.functional.kl_div(x, y, reduction=reduction, log_target=log_target),
        Input((3, 4), "float64", low=-3, high=0),
        Input((3, 4), "float64", low=low, high=1, seed=1),
        double=True,
    )


def test_kl_div_where_the_target_is_zero():
    check(
        lambda torch, x, y: torch.nn.functional.kl_div(x, y, reduction="none"),
        array([-1.0, -2.0]),
        array([0.0, 0.5], requires_grad=False),
    )


@pytest.mark.parametrize(
    "body",
    [
        lambda F, x, p: F.mse_loss(x, p, reduction="x"),
        lambda F, x, p: F.mse_loss(x, 1.0),
        lambda F, x, p: F.mse_loss(x, p, weight=p[0]),
        lambda F, x, p: F.l1_loss(x, p, reduction=None),
        lambda F, x, p: F.smooth_l1_loss(x, p, beta=-1),
        lambda F, x, p: F.huber_loss(x, p, delta=0),
        lambda F, x, p: F.binary_cross_entropy(x, p),
        lambda F, x, p: F.binary_cross_entropy(p, p[0]),
        lambda F, x, p: F.binary_cross_entropy(p, p.double()),
        lambda F, x, p: F.binary_cross_entropy(p, p.long()),
        lambda F, x, p: F.binary_cross_entropy(p * float("nan"), p),
        lambda F, x, p: F.binary_cross_entropy_with_logits(x, p[0]),
        lambda F, x, p: F.binary_cross_entropy_with_logits(x, p, pos_weight=p[0, :3]),
        lambda F, x, p: F.binary_cross_entropy_with_logits(x, p.long()),
        lambda F, x, p: F.binary_cross_entropy_with_logits(x, p.bool()),
        lambda F, x, p: F.binary_cross_entropy_with_logits(x.long(), p.long()),
        lambda F, x, p: F.kl_div(x, p, reduction="x"),
        lambda F, x, p: F.kl_div(x, p.long(), reduction="sum"),
    ],
)
def test_errors(body):
    logits = Input((3, 4), requires_grad=False, low=1, high=2)
    probabilities = Input((3, 4), requires_grad=False, low=0, high=1)
    check(lambda torch, x, p: body(torch.nn.functional, x, p), logits, probabilities, raises=Exception)


@pytest.mark.parametrize(
    "size_average, reduce", [(True, None), (False, None), (None, False), (None, True), (False, True)]
)
@pytest.mark.parametrize("name", ["mse_loss", "nll_loss", "cross_entropy"])
@pytest.mark.filterwarnings("ignore:size_average and reduce")
def test_the_older_spelling_of_reductions(name, size_average, reduce):
    target = Input((3, 4), seed=1) if name == "mse_loss" else array([0, 3, 1])
    check(
        lambda torch, x, y: getattr(torch.nn.functional, name)(
            x, y, size_average=size_average, reduce=reduce
        ),
        Input((3, 4)),
        target,
    )


@pytest.mark.parametrize(
    "body, names",
    [
        (lambda F, x, t: F.mse_loss(x, x.detach()), ["MseLossBackward0"]),
        (lambda F, x, t: F.cross_entropy(x, t), ["NllLossBackward0", "LogSoftmaxBackward0"]),
        (lambda F, x, t: F.nll_loss(x.view(1, 4, 3), t[None]), ["NllLoss2DBackward0"]),
        (lambda F, x, t: F.smooth_l1_loss(x, x.detach()), ["SmoothL1LossBackward0"]),
        (lambda F, x, t: F.huber_loss(x, x.detach()), ["HuberLossBackward0"]),
        (lambda F, x, t: F.l1_loss(x, x.detach()), ["MeanBackward0", "AbsBackward0", "SubBackward0"]),
    ],
)
def test_the_names_of_the_nodes(body, names):
    loss = body(
        minitorch.nn.functional, minitorch.ones(3, 4, requires_grad=True), minitorch.tensor([0, 1, 2])
    )
    node = loss.grad_fn
    for name in names:
        assert node.name() == name
        node = node.next_functions[0][0]
