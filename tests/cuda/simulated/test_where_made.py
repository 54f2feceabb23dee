"""What an operation makes by itself is where its operands are, whatever the default device is. PyTorch: test/test_torch.py (cross-device)."""

import pytest
from gpu import COMPILED_ONLY

import minitorch as torch
from minitorch import distributions
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.utils import parametrizations, prune

pytestmark = pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")


def on_gpu(*values):
    return torch.tensor(list(values), device="cuda")


X, PLACES = on_gpu(1.0, 2.0, 3.0), on_gpu(0, 2, 2)
A = on_gpu([0.6, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.1, 0.6])


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.linalg.matrix_power(A, 0), lambda: torch.matrix_exp(A), lambda: torch.vander(X), lambda: torch.linalg.vander(X),
        lambda: torch.block_diag(A, X), lambda: torch.cov(A), lambda: torch.combinations(X), lambda: X.new([1, 2]), lambda: X.new(2),
        lambda: X.new_zeros(3).index_reduce(0, PLACES, X, "mean"), lambda: X.new_zeros(3).scatter_reduce(0, PLACES, X, "mean"),
        lambda: F.fractional_max_pool2d(A.view(1, 1, 3, 3), 2, output_size=2), lambda: F.one_hot(PLACES), lambda: F.gumbel_softmax(A),
        lambda: F.affine_grid(A[:2].view(1, 2, 3), (1, 1, 2, 2), align_corners=False), lambda: torch.trapezoid(X), lambda: torch.histc(X, 3),
        lambda: init.orthogonal_(torch.empty(3, 2, device="cuda")), lambda: init.sparse_(torch.empty(3, 2, device="cuda"), 0.5),
        lambda: init.eye_(torch.empty(2, 2, device="cuda")), lambda: init.dirac_(torch.empty(2, 2, 3, device="cuda")),
        lambda: prune.random_structured(torch.nn.Linear(3, 3, device="cuda"), "weight", 1, 0).weight,
        lambda: parametrizations.orthogonal(torch.nn.Linear(3, 3, device="cuda")).weight,
        lambda: parametrizations.orthogonal(torch.nn.Linear(3, 2, device="cuda"), orthogonal_map="householder").weight,
        lambda: torch.nn.LazyBatchNorm1d(device="cuda").num_batches_tracked,
        lambda: torch.autograd.functional.jacobian(lambda x: x * 2, X), lambda: torch.func.jacfwd(lambda x: x * 2)(X),
    ],
)  # fmt: skip
def test_operations(make):
    assert make().is_cuda


@pytest.mark.parametrize(
    "make",
    [
        lambda d: d.Normal(X, 1.0), lambda d: d.Categorical(X), lambda d: d.OneHotCategorical(X), lambda d: d.Multinomial(3, X),
        lambda d: d.Binomial(3, X / 4), lambda d: d.StudentT(X), lambda d: d.VonMises(X, 1.0), lambda d: d.MultivariateNormal(X, A),
        lambda d: d.MultivariateNormal(X, precision_matrix=A), lambda d: d.LowRankMultivariateNormal(X, A[:, :1], X),
        lambda d: d.Wishart(on_gpu(4.0), A), lambda d: d.LKJCholesky(3, on_gpu(1.0)), lambda d: d.LogisticNormal(X, X),
    ],
)  # fmt: skip
def test_distributions(make):
    """What is drawn, and its density; what all values are."""
    drawn = make(distributions)
    sample = drawn.sample()
    assert sample.is_cuda and drawn.log_prob(sample).is_cuda
    if drawn.has_enumerate_support:
        assert drawn.enumerate_support().is_cuda
    if isinstance(drawn, (distributions.Multinomial, distributions.Binomial)):
        assert drawn.entropy().is_cuda


BINARY = ["add", "sub", "mul", "div", "pow", "maximum", "atan2", "remainder", "lt", "eq", "logical_or", "hypot", "copysign"]


@pytest.mark.parametrize("name", BINARY)
def test_a_number_of_the_cpu_first(name):
    """A CPU tensor without dimensions is a number on either side; one with a dimension is a mistake."""
    function = getattr(torch, name)
    result = function(torch.tensor(3.0), X)
    assert result.is_cuda and result.tolist() == function(torch.tensor(3.0), X.cpu()).tolist()
    for a, b in ((torch.ones(1), X), (X, torch.ones(1)), (X[0], torch.ones(3))):
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
            function(a, b)


@pytest.mark.parametrize(
    "body",
    [
        lambda p, x: p * x, lambda p, x: x * p, lambda p, x: x - p, lambda p, x: p / x, lambda p, x: x**p,
        lambda p, x: torch.where(x > 1, p, x), lambda p, x: torch.lerp(x, x * 2, p), lambda p, x: x.masked_fill(x > 1, p),
    ],
)  # fmt: skip
def test_gradient_of_a_number_of_the_cpu(body):
    """It comes back to the CPU."""
    gradients = []
    for x in (X.cpu(), X):
        p = torch.tensor(3.0, requires_grad=True)
        body(p, x).sum().backward()
        gradients.append(p.grad)
    assert gradients[1].device.type == "cpu" and torch.allclose(*gradients)
