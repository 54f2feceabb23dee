"""CTC: values, gradients, refusals. PyTorch: test/test_nn.py (CTCLoss)."""

import itertools
import math

import numpy as np
import pytest
from helpers import Input, check
from hypothesis import given
from hypothesis import strategies as st

import minitorch

pytestmark = pytest.mark.usefixtures("device")


@st.composite
def cases(draw):
    """Steps, classes, targets and lengths; repeated labels and targets that do not fit are frequent."""
    batch, steps, classes = draw(st.integers(1, 3)), draw(st.integers(1, 7)), draw(st.integers(2, 4))
    input_lengths = [draw(st.integers(0, steps)) for _ in range(batch)]
    target_lengths = [draw(st.integers(0, 4)) for _ in range(batch)]
    blank = draw(st.integers(0, classes - 1))
    rows = [[draw(st.integers(0, classes - 1)) for _ in range(4)] for _ in range(batch)]
    return Input((steps, batch, classes), "float64"), rows, input_lengths, target_lengths, blank


@given(
    cases(),
    st.sampled_from(["none", "mean", "sum"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["int32", "int64"]),
    st.booleans(),
)
def test_ctc_loss(case, reduction, zero_infinity, concatenated, dtype, as_tensors):
    """Padded or concatenated targets, lengths as tensors or tuples, losses that are infinite.

    A target shall not contain the blank. Where one does, PyTorch forgets a part of the gradient of the last step.
    """
    x, rows, input_lengths, target_lengths, blank = case
    with_blank = any(blank in row[:length] for row, length in zip(rows, target_lengths))
    if concatenated:
        rows = [label for row, length in zip(rows, target_lengths) for label in row[:length]]

    def body(torch, x):
        targets = torch.tensor(rows, dtype=getattr(torch, dtype))
        lengths = tuple(input_lengths), tuple(target_lengths)
        if as_tensors:
            lengths = tuple(torch.tensor(each) for each in lengths)
        log_probs = x.log_softmax(2)
        return torch.nn.functional.ctc_loss(log_probs, targets, *lengths, blank, reduction, zero_infinity)

    check(body, x, grad=not with_blank)


def test_the_gradient_of_the_logarithms_themselves():
    """PyTorch's is the one behind a log_softmax, 0 past the end of a sequence, also of a column-major tensor."""
    targets, lengths = [[1, 2], [2, 2]], ((5, 3), (2, 1))

    def body(torch, x):
        return torch.nn.functional.ctc_loss(x.transpose(0, 1), torch.tensor(targets), *lengths)

    check(body, Input((2, 5, 3)))
    check(body, Input((2, 5, 3), "float64"))


def test_a_long_sequence_of_many():
    """In parallel, and in logarithms: the probabilities themselves are too small for float64."""
    rng = np.random.default_rng(0)
    targets = rng.integers(1, 20, (4, 100))

    def body(torch, x):
        lengths = torch.tensor([800, 700, 800, 200]), torch.tensor([100, 90, 3, 100])
        return torch.nn.functional.ctc_loss(x.log_softmax(2), torch.tensor(targets), *lengths, reduction="none")

    check(body, Input((800, 4, 20), "float64"))


def test_all_alignments():
    """The definition: every sequence of classes that spells the target counts."""
    log_probs = minitorch.randn(4, 1, 3, dtype=minitorch.float64).log_softmax(2)
    probabilities = log_probs[:, 0].exp().numpy()
    total = 0.0
    for path in itertools.product(range(3), repeat=4):
        spelled = [label for label, _ in itertools.groupby(path) if label != 0]
        if spelled == [1, 1]:
            total += math.prod(probabilities[step, label] for step, label in enumerate(path))
    loss = minitorch.nn.functional.ctc_loss(log_probs, minitorch.tensor([[1, 1]]), (4,), (2,), reduction="sum")
    assert math.isclose(loss.item(), -math.log(total), rel_tol=1e-12)


def test_without_a_batch():
    def body(torch, x):
        F = torch.nn.functional
        target = torch.tensor([1, 2])
        return [
            F.ctc_loss(x, target, (5,), (2,), reduction="none"),
            F.ctc_loss(x, target, torch.tensor(5), torch.tensor(2)),
        ]

    check(body, Input((5, 3), "float64"))


def refusal(**changes):
    """A call in which one argument is wrong."""

    def body(torch):
        options = {"shape": (5, 3, 4), "targets": [[1, 2], [3, 3], [1, 0]], "input": [5, 5, 4], "target": [2, 2, 1]}
        options |= changes
        log_probs = torch.zeros(options["shape"], dtype=getattr(torch, options.get("dtype", "float32")))
        lengths = [torch.tensor(options["input"]), torch.tensor(options["target"])]
        keywords = {key: options[key] for key in ("blank", "reduction") if key in options}
        return torch.nn.functional.ctc_loss(log_probs, torch.tensor(options["targets"]), *lengths, **keywords)

    return body


@pytest.mark.parametrize(
    "body, error",
    [
        (refusal(input=[6, 5, 5]), RuntimeError),
        (refusal(input=[-1, 5, 5]), RuntimeError),
        (refusal(input=[5, 5]), RuntimeError),
        (refusal(input=[5.0, 5.0, 5.0]), RuntimeError),
        (refusal(target=[3, 2, 1]), RuntimeError),
        (refusal(target=[-1, 2, 1]), RuntimeError),
        (refusal(target=[2, 2]), RuntimeError),
        (refusal(targets=[1, 2, 3]), RuntimeError),
        (refusal(targets=[1, 2, 3, 3, 1, 1]), RuntimeError),
        (refusal(targets=[[[1, 2]]]), RuntimeError),
        (refusal(targets=[[1, 2]]), RuntimeError),
        (refusal(blank=4), RuntimeError),
        (refusal(blank=-1), RuntimeError),
        (refusal(shape=(0, 3, 4)), RuntimeError),
        (refusal(shape=(5, 4)), RuntimeError),
        (refusal(shape=(1, 5, 3, 4)), RuntimeError),
        (refusal(dtype="int32"), NotImplementedError),
        (refusal(reduction="some"), ValueError),
    ],
)
def test_refusals(body, error):
    """PyTorch's words."""
    check(body, raises=error)


@pytest.mark.parametrize("targets", [[[1, 2], [3, 4], [1, 0]], [[1, 2], [3, -1], [1, 0]], [1, 2, 3, 9, 1]])
def test_a_class_that_does_not_exist(targets):
    """PyTorch reads what stands beside the row."""
    with pytest.raises(IndexError, match="out of bounds"):
        refusal(targets=targets)(minitorch)


def test_padding_is_not_read():
    """A target's row may hold anything behind its length."""

    def body(torch, x):
        return torch.nn.functional.ctc_loss(x.log_softmax(2), torch.tensor([[1, 2, -100], [2, 1, 99]]), (5, 5), (2, 2))

    check(body, Input((5, 2, 3), "float64"))
    check(body, Input((5, 2, 3)))


def test_the_second_derivative_is_refused():
    def body(torch, x):
        loss = torch.nn.functional.ctc_loss(x.log_softmax(2), torch.tensor([[1]]), (4,), (1,))
        (grad,) = torch.autograd.grad(loss, x, create_graph=True)
        grad.square().sum().backward()

    check(body, Input((4, 1, 3)), grad=False, raises=RuntimeError)
