"""Distributions: draws, densities, entropies, gradients, errors. Oracle: torch.distributions."""

import pytest
from agreement import agree
from helpers import check

torch = pytest.importorskip("torch", reason="torch is not installed: there is nothing to compare with")

P = [[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]
COVARIANCE = [[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 1.5]]

MADE = {
    "categorical": lambda lib, D: D.Categorical(lib.tensor(P)),
    "categorical logits": lambda lib, D: D.Categorical(logits=lib.tensor(P)),
    "bernoulli": lambda lib, D: D.Bernoulli(lib.tensor([0.3, 0.6, 1.0])),
    "bernoulli logits": lambda lib, D: D.Bernoulli(logits=lib.tensor([0.3, -0.6, 2.0])),
    "normal": lambda lib, D: D.Normal(lib.tensor([0.0, 1.0]), lib.tensor([1.0, 2.0])),
    "normal of numbers": lambda lib, D: D.Normal(0.0, 1.5),
    "uniform": lambda lib, D: D.Uniform(-1.0, lib.tensor([1.0, 2.0])),
    "exponential": lambda lib, D: D.Exponential(lib.tensor([0.5, 2.0])),
    "laplace": lambda lib, D: D.Laplace(lib.tensor([0.0, 1.0]), lib.tensor([1.0, 2.0])),
    "laplace of numbers": lambda lib, D: D.Laplace(0.5, 3.0),
    "one hot": lambda lib, D: D.OneHotCategorical(lib.tensor(P)),
    "one hot logits": lambda lib, D: D.OneHotCategoricalStraightThrough(logits=lib.tensor(P)),
    "vectors": lambda lib, D: D.MultivariateNormal(lib.ones(3), lib.tensor(COVARIANCE)),
    "vectors by factor": lambda lib, D: D.MultivariateNormal(lib.ones(2, 3), scale_tril=lib.tensor(COVARIANCE).tril()),
    "vectors by inverse": lambda lib, D: D.MultivariateNormal(lib.ones(3), precision_matrix=lib.tensor(COVARIANCE)),
    "lognormal": lambda lib, D: D.LogNormal(lib.tensor([0.0, 1.0]), lib.tensor([1.0, 0.5])),
    "independent": lambda lib, D: D.Independent(D.Normal(lib.zeros(2, 3), lib.ones(2, 3)), 1),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_all_that_a_distribution_says(make):
    """Draws bit for bit, then what it says of them."""

    def body(lib):
        lib.manual_seed(1)
        made = make(lib, lib.distributions)
        draws = made.sample((5,))
        said = [draws, made.sample(), made.log_prob(draws), made.entropy(), made.mean, made.variance]
        if made.has_rsample:
            said.append(made.rsample((2, 3)))
        said.append(lib.rand(1))  # the generators end in equal states
        return [*said, made.stddev, made.perplexity(), repr(made), made.batch_shape, made.event_shape]

    check(body, grad=False)


CHAINS = {
    "nothing": lambda D: [],
    "exp": lambda D: D.ExpTransform(),
    "squashed policy": lambda D: [D.TanhTransform(cache_size=1), D.AffineTransform(1.0, -2.0)],
    "sigmoid": lambda D: [D.AffineTransform(0.5, 2.0), D.SigmoidTransform()],
    "composed": lambda D: D.ComposeTransform([D.AffineTransform(0.0, 0.5), D.ExpTransform()]),
    "inverse": lambda D: [D.SigmoidTransform(), D.SigmoidTransform().inv, D.TanhTransform()],
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS.keys())
@pytest.mark.parametrize("together", [0, 1])
def test_transformed_distributions(chain, together):
    """Draws, densities and their gradients, of numbers and of vectors."""

    def body(lib):
        D = lib.distributions
        lib.manual_seed(0)
        loc = lib.tensor([0.1, -0.2, 0.3], requires_grad=True)
        base = D.Normal(loc, lib.ones(3))
        made = D.TransformedDistribution(D.Independent(base, 1) if together else base, chain(D.transforms))
        draws, drawn = made.sample((4,)), made.rsample((2,))
        density = made.log_prob(drawn)
        density.sum().backward()
        said = [draws, drawn, density, loc.grad, made.log_prob(draws), made.has_rsample, made.event_shape]
        return said if together else [*said, made.cdf(draws)]

    check(body, grad=False)


@pytest.mark.parametrize("name", ["normal", "uniform", "exponential", "laplace"])
def test_cdf_and_its_inverse(name):
    """cdf and icdf."""

    def body(lib):
        made = MADE[name](lib, lib.distributions)
        return made.cdf(lib.tensor([0.3, 0.9])), made.icdf(lib.tensor([0.1, 0.8]))

    check(body, grad=False)


def test_what_only_some_have():
    """Modes, the support of Categorical, expand."""

    def body(lib):
        D = lib.distributions
        said = [MADE[name](lib, D).mode for name in ("categorical", "bernoulli", "normal", "exponential")]
        said += [MADE["categorical"](lib, D).enumerate_support(), MADE["categorical"](lib, D).param_shape]
        for name in ("categorical", "categorical logits", "normal", "uniform"):
            said += [MADE[name](lib, D).expand((3, 2)).batch_shape]
        return said

    check(body, grad=False)


def test_gradients_of_a_policy_and_of_a_drawn_number():
    """log_prob to the logits, rsample to mean and deviation."""

    def body(lib):
        lib.manual_seed(0)
        logits = lib.tensor(P, requires_grad=True)
        policy = lib.distributions.Categorical(logits=logits)
        (-policy.log_prob(policy.sample()).sum() - 0.1 * policy.entropy().sum()).backward()
        loc, scale = lib.zeros(3, requires_grad=True), lib.ones(3, requires_grad=True)
        drawn = lib.distributions.Normal(loc, scale).rsample((4,))
        drawn.pow(2).sum().backward()
        return logits.grad, loc.grad, scale.grad

    check(body, grad=False)


@pytest.mark.parametrize(
    "pair",
    [("categorical", "categorical logits"), ("bernoulli", "bernoulli logits"), ("normal", "normal of numbers")]
    + [("laplace", "laplace of numbers"), ("vectors", "vectors by inverse"), ("vectors by inverse", "vectors"), ("one hot", "one hot logits")]
    + [(name, name) for name in ("exponential", "independent", "bernoulli", "laplace")],
)
def test_divergence(pair):
    """Between two of a kind."""

    def body(lib):
        p, q = (MADE[name](lib, lib.distributions) for name in pair)
        return lib.distributions.kl_divergence(p, q)

    check(body, grad=False)


WRONG = {
    "nothing": lambda lib, D: D.Categorical(),
    "both": lambda lib, D: D.Bernoulli(lib.tensor(0.5), lib.tensor(0.5)),
    "a number": lambda lib, D: D.Categorical(lib.tensor(1.0)),
    "negative deviation": lambda lib, D: D.Normal(lib.zeros(2), lib.tensor([1.0, -1.0])),
    "probability above 1": lambda lib, D: D.Bernoulli(lib.tensor(1.5)),
    "upside down": lambda lib, D: D.Uniform(1.0, 0.0),
    "text": lambda lib, D: D.Normal("0", 1.0),
    "no tensor": lambda lib, D: D.Normal(0.0, 1.0).log_prob(3),
    "class 3": lambda lib, D: MADE["categorical"](lib, D).log_prob(lib.tensor([0, 3])),
    "one half": lambda lib, D: D.Bernoulli(lib.tensor(0.3)).log_prob(lib.tensor(0.5)),
    "outside": lambda lib, D: MADE["uniform"](lib, D).log_prob(lib.tensor([0.0, 3.0])),
    "wrong shape": lambda lib, D: MADE["normal"](lib, D).log_prob(lib.zeros(3)),
    "wrong event": lambda lib, D: MADE["independent"](lib, D).log_prob(lib.zeros(2, 4)),
    "no matrix": lambda lib, D: D.MultivariateNormal(lib.zeros(2)),
    "a vector for a matrix": lambda lib, D: D.MultivariateNormal(lib.zeros(2), lib.ones(2)),
    "indefinite": lambda lib, D: D.MultivariateNormal(lib.zeros(2), lib.tensor([[1.0, 2.0], [2.0, 1.0]])),
    "upper triangular": lambda lib, D: D.MultivariateNormal(lib.zeros(2), scale_tril=lib.ones(2, 2)),
    "two ones": lambda lib, D: MADE["one hot"](lib, D).log_prob(lib.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])),
    "too many dimensions": lambda lib, D: D.Independent(D.Normal(0.0, 1.0), 1),
}


@pytest.fixture
def checked():
    """PyTorch checks arguments, which its compiler (once any other test has used it) turns off for the whole process."""
    before = torch.distributions.Distribution._validate_args
    torch.distributions.Distribution.set_default_validate_args(True)
    yield
    torch.distributions.Distribution.set_default_validate_args(before)


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_errors(body, checked):
    """Wrong parameters and values: the same type and words."""
    agree(lambda lib: body(lib, lib.distributions))
