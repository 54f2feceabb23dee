"""Numbers drawn by rejection: bit for bit, and how they move. Oracle: torch."""

import numpy as np
import pytest
from helpers import check

import minitorch

pytestmark = pytest.mark.usefixtures("device")

torch = pytest.importorskip("torch", reason="torch is not installed: there is nothing to compare with")

DRAWS = {
    "small shapes": lambda lib, x: lib._standard_gamma(x),
    "large shapes": lambda lib, x: lib._standard_gamma(50 * x + 1),
    "of rows": lambda lib, x: lib._standard_gamma(x[:, :1].expand(x.shape)),
    "transposed": lambda lib, x: lib._standard_gamma(x.T),
    "vectors": lambda lib, x: lib._sample_dirichlet(3 * x),
    "waits": lambda lib, x: lib.poisson(9 * x),
    "many": lambda lib, x: lib.poisson(10 + 500 * x),
    "few trials": lambda lib, x: lib.binomial((20 * x).floor(), x.flip(0)),
    "many trials": lambda lib, x: lib.binomial((5000 * x).floor(), x.flip(0)),
    "certain": lambda lib, x: lib.binomial(lib.full_like(x, 7), x.round()),
    "no chance": lambda lib, x: lib.binomial(lib.full_like(x, 7), lib.where(x < 0.5, x, float("nan"))),
    "nothing": lambda lib, x: (lib.poisson(x * 0), lib._standard_gamma(x * 0), lib.binomial(x * 0, x)),
    "empty": lambda lib, x: (lib.poisson(x[:0]), lib._standard_gamma(x[:0]), lib.binomial(x[:0], x[:0])),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())
def test_draws(draw, dtype):
    """PyTorch's numbers, from a generator with half a pair of normal numbers waiting, and the state after them."""

    def body(lib):
        lib.manual_seed(3)
        x = lib.rand(40, 5, dtype=getattr(lib, dtype))
        lib.randn(1)
        return draw(lib, x), lib.rand(2), lib.get_rng_state()

    check(body, grad=False, exact=dtype == "float32")


@pytest.mark.cpu("the numbers and the state of the CPU's generator")
def test_a_generator_of_ones_own():
    """Draws from it, and leaves the default one alone."""

    def body(lib):
        lib.manual_seed(0)
        generator = lib.Generator().manual_seed(5)
        rates = lib.full((6,), 4.0)
        draws = lib.poisson(rates, generator=generator), lib.binomial(rates, rates / 9, generator), lib.rand(1)
        return draws, lib._standard_gamma(rates, generator=generator), generator.get_state()

    check(body, grad=False)


def test_counts_do_not_move():
    """The gradient of poisson is zero; binomial has none."""

    def body(lib):
        rate = lib.full((3,), 4.0, requires_grad=True)
        lib.poisson(rate).sum().backward()
        return rate.grad

    check(body, grad=False)
    check(lambda lib: lib.binomial(lib.ones(2), lib.rand(2, requires_grad=True)).sum().backward(), raises=RuntimeError)


def test_gamma_numbers_move_along_their_quantile():
    """d drawn / d alpha keeps the cdf where it is: exact, by finite differences of PyTorch's gammainc."""
    alpha = torch.logspace(-1, 2, 400, dtype=torch.float64)
    mine = minitorch.tensor(alpha.tolist(), dtype=minitorch.float64, requires_grad=True)
    minitorch.manual_seed(0)
    drawn = minitorch._standard_gamma(mine)
    drawn.sum().backward()
    x, eps = torch.tensor(drawn.tolist(), dtype=torch.float64), 1e-5 * alpha
    above = [torch.special.gammaincc(alpha + sign * eps, x) for sign in (1, -1)]
    below = [torch.special.gammainc(alpha + sign * eps, x) for sign in (1, -1)]
    slope = torch.where(below[0] < 0.5, below[0] - below[1], above[1] - above[0]) / (2 * eps)
    density = ((alpha - 1) * x.log() - x - torch.lgamma(alpha)).exp()
    # Measured: 2.5e-8 in 40 seeds, which is the differences' own error: those of four points are 1.6e-9 away.
    np.testing.assert_allclose(mine.grad.numpy(), (-slope / density).numpy(), rtol=1e-7)
