"""Names of torch itself for what stands elsewhere: functions of networks, in-place functions, questions. PyTorch: test/test_torch.py."""

import pytest
from helpers import Input, check

import minitorch

pytestmark = pytest.mark.usefixtures("device")

MATRIX, OTHER, IMAGE = Input((4, 3)), Input((4, 3), seed=1), Input((2, 4, 6, 6))


def _channels(torch, x):
    return torch.arange(x.shape[1], dtype=x.dtype) + 0.5


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: torch.batch_norm(x, _channels(torch, x), None, None, None, True, 0.1, 1e-5, False),
        lambda torch, x: torch.instance_norm(x, None, _channels(torch, x), None, None, True, 0.1, 1e-5, False),
        lambda torch, x: torch.layer_norm(x, (6, 6)),
        lambda torch, x: torch.group_norm(x, 2, _channels(torch, x)),
        lambda torch, x: torch.rms_norm(x, (6,)),
        lambda torch, x: torch.adaptive_max_pool1d(x[0], 3),
        lambda torch, x: torch.max_pool2d(x, 2),
        lambda torch, x: torch.conv2d(x, torch.ones(2, 4, 3, 3, dtype=x.dtype)),
        lambda torch, x: torch.celu(x, 0.5) + torch.selu(x) + torch.hardshrink(x) + torch.threshold(x, 0.1, 2.0),
        lambda torch, x: torch.pixel_shuffle(x, 2),
        lambda torch, x: x.prelu(torch.tensor(0.25, dtype=x.dtype)) + x.hardshrink(),
    ],
)
def test_functions_of_images(body):
    check(body, IMAGE)


@pytest.mark.parametrize("reduction", [0, 1, 2])
@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x, y, n: torch.kl_div(x, y.exp(), n),
        lambda torch, x, y, n: torch.kl_div(x, y, n, log_target=True),
        lambda torch, x, y, n: torch.binary_cross_entropy_with_logits(x, y.sigmoid(), reduction=n),
        lambda torch, x, y, n: torch.cosine_embedding_loss(x, y, torch.tensor([1, -1, 1, -1]), 0.1, n),
        lambda torch, x, y, n: torch.hinge_embedding_loss(x, y.detach().sign(), 1.0, n),
        lambda torch, x, y, n: torch.margin_ranking_loss(x, y, torch.ones(3, dtype=x.dtype), 0.2, n),
        lambda torch, x, y, n: torch.triplet_margin_loss(x, y, x * y, reduction=n),
        lambda torch, x, y, n: torch.poisson_nll_loss(x, y.detach().exp(), True, False, 1e-8, n),
    ],
)
def test_losses_take_reductions_by_number(body, reduction):
    check(body, MATRIX, OTHER, reduction)


def test_embedding_takes_the_table_first():
    check(lambda torch, table: torch.embedding(table, torch.tensor([[2, 0], [3, 3]])), MATRIX)
    check(lambda torch, table: torch.embedding(table, torch.tensor([2, 0, 3]), 0), MATRIX)


def test_in_place_functions_are_the_methods():
    def body(torch, x):
        y = x.clone()
        torch.relu_(torch.abs_(torch.sin_(y)))
        return torch.clamp_(torch.nan_to_num_(torch.threshold_(y, 0.1, 2.0)), 0.2, 1.5), y._version

    check(body, MATRIX, grad=False)


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (3, 3, 3), (3,), (2, 3, 2)])
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(shape, wrap):
    check(lambda torch, x: (x * 1).fill_diagonal_(5, wrap), Input(shape), may_raise=True)


@pytest.mark.parametrize(
    "options", [{}, {"count": 2}, {"offset": 4}, {"offset": 6}, {"count": 9}, {"offset": 16}, {"count": 0}, {"offset": -1}]
)
def test_frombuffer(options):
    def body(torch):
        memory = bytearray(range(16))
        x = torch.frombuffer(memory, dtype=torch.int32, **options)
        before = x.clone()
        memory[8] = 77
        return before, x

    check(body, may_raise=True)


def test_frombuffer_without_a_right_to_write():
    with pytest.warns(UserWarning, match="The given buffer is not writable"):
        x = minitorch.frombuffer(b"abcd", dtype=minitorch.uint8)
    assert x.zero_().tolist() == [0, 0, 0, 0]


def test_questions():
    def body(torch, x):
        answers = [
            torch.is_signed(x), torch.is_conj(x), torch.is_neg(x), torch.is_same_size(x, x.T), torch.is_tensor(x), torch.numel(x),
            torch.is_floating_point(x), torch.is_complex(x), torch.typename(x), torch.is_signed(x > 0), x.is_same_size(x),
        ]  # fmt: skip
        return answers, (x.sum() * 0).is_nonzero()

    check(body, MATRIX)


def test_second_names_are_the_same_functions():
    for first, second in (("arccos", "acos"), ("greater", "gt"), ("not_equal", "ne"), ("fix", "trunc"), ("arctan_", "atan_")):
        assert getattr(minitorch.Tensor, first) is getattr(minitorch.Tensor, second)
