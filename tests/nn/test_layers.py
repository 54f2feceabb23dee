"""Layers and losses. PyTorch: torch/testing/_internal/common_modules.py."""

import pytest
from helpers import Input, array, check, checksum, numpy

import minitorch

pytestmark = pytest.mark.usefixtures("device")

# Name, arguments, input shape (None: none to run), keyword arguments.
LAYERS = [
    ("Identity", (3,), (2, 3), {"anything": 4}),
    ("Linear", (4, 3), (2, 4), {}),
    ("Linear", (4, 3), (2, 5, 4), {"bias": False}),
    ("Linear", (4, 3), (4,), {}),
    ("Conv2d", (3, 4, 3), (2, 3, 6, 5), {}),
    ("Conv2d", (3, 4, (3, 2)), (2, 3, 6, 5), {"stride": 2, "padding": (1, 0)}),
    ("Conv2d", (4, 6, 3), (2, 4, 7, 7), {"groups": 2, "bias": False, "dilation": 2}),
    ("Conv2d", (3, 4, (2, 3)), (2, 3, 6, 5), {"padding": "same"}),
    ("Conv2d", (3, 4, 3), (3, 6, 5), {"padding": "valid"}),
    ("Conv2d", (2, 2, [3, 3]), (1, 2, 5, 5), {"stride": [2, 1], "padding": [1, 1]}),
    ("MaxPool2d", (2,), (2, 3, 6, 5), {}),
    ("MaxPool2d", ((3, 2),), (2, 3, 6, 5), {"stride": (2, 1), "padding": 1, "ceil_mode": True}),
    ("MaxPool2d", (2,), (3, 6, 5), {"dilation": 2, "return_indices": True}),
    ("AvgPool2d", (2,), (2, 3, 6, 5), {}),
    ("AvgPool2d", ((3, 2),), (2, 3, 6, 5), {"stride": 2, "padding": 1, "count_include_pad": False}),
    ("AvgPool2d", (2,), (2, 3, 7, 5), {"ceil_mode": True, "divisor_override": 3}),
    ("Flatten", (), (2, 3, 4), {}),
    ("Flatten", (0, 1), (2, 3, 4), {}),
    ("Unflatten", (1, (2, 3)), (2, 6), {}),
    ("ReLU", (), (2, 3), {}),
    ("Sigmoid", (), (2, 3), {}),
    ("Tanh", (), (2, 3), {}),
    ("Softmax", (1,), (2, 3), {}),
    ("LogSoftmax", (), (2, 3), {"dim": -1}),
    ("Dropout", (), (4, 5), {}),
    ("Dropout", (0.3,), (4, 5), {}),
    ("Dropout1d", (0.4,), (4, 5, 3), {}),
    ("Dropout2d", (0.4,), (4, 5, 3, 2), {}),
    ("Dropout3d", (0.4,), (4, 5, 3, 2, 2), {}),
    ("AlphaDropout", (0.4,), (4, 5), {}),
    ("FeatureAlphaDropout", (0.4,), (4, 5, 3), {}),
]


def _ids(case):
    return f"{case[0]}{case[1]}{case[3] or ''}"


@pytest.mark.filterwarnings(
    "ignore:Using padding='same' with even kernel lengths"
)  # PyTorch's, about its speed
@pytest.mark.parametrize("case", LAYERS, ids=_ids)
def test_layer(case):
    """Same repr, same initial values and draws for a seed, same result and gradients, training or not."""
    name, arguments, shape, options = case

    def body(torch, x):
        torch.manual_seed(42)
        layer = getattr(torch.nn, name)(*arguments, **options)
        state = layer.state_dict()
        layer.to(x.dtype)  # the referee's, and that of finite differences, is float64
        trained = layer(x)
        layer.eval()
        return repr(layer), state, trained, layer(x), torch.rand(1)

    check(body, Input(shape))


@pytest.mark.parametrize("name", ["Linear", "Conv2d"])
def test_initial_values_are_bit_equal(name):
    """Weight first, then bias, from the global generator, in both dtypes."""

    def body(torch):
        torch.manual_seed(7)
        arguments = (30, 20) if name == "Linear" else (6, 10, (3, 5))
        layers = [getattr(torch.nn, name)(*arguments) for _ in range(2)]
        layers.append(getattr(torch.nn, name)(*arguments, dtype=torch.float64))
        layers[0].reset_parameters()
        return [layer.state_dict() for layer in layers], torch.get_rng_state()

    check(body, exact=True)


def test_initial_values_golden():
    """The same without PyTorch at hand."""
    minitorch.manual_seed(0)
    model = minitorch.nn.Sequential(minitorch.nn.Conv2d(1, 4, 3), minitorch.nn.Linear(5, 3))
    assert [checksum(numpy(each)) for each in model.parameters()] == GOLDEN


GOLDEN = [2144465009, 4025606596, 532095145, 742816301]


@pytest.mark.parametrize("inplace", [False, True])
def test_inplace(inplace):
    """ReLU and Dropout may write over their input."""

    def body(torch, x):
        relu = torch.nn.ReLU(inplace=inplace)
        first, second = x * 1, x * 1
        result = relu(first)
        dropped = torch.nn.Dropout(0.5, inplace)(second)
        return repr(relu), result is first, dropped is second, result, dropped

    check(body, Input((3, 4)))


@pytest.mark.parametrize(
    "body, error",
    [
        (lambda torch: torch.nn.Conv2d(4, 4, 3, groups=3), ValueError),
        (lambda torch: torch.nn.Conv2d(4, 6, 3, groups=4), ValueError),
        (lambda torch: torch.nn.Conv2d(3, 4, 3, groups=0), ValueError),
        (lambda torch: torch.nn.Conv2d(3, 4, 3, padding="same", stride=2), ValueError),
        (lambda torch: torch.nn.Dropout(2), ValueError),
        (lambda torch: torch.nn.Dropout(-0.1), ValueError),
        (lambda torch: torch.nn.Unflatten(1, 3), TypeError),
        (lambda torch: torch.nn.Unflatten(1, (2, 3.0)), TypeError),
        (lambda torch: torch.nn.Linear(2, 3)(torch.ones(4, 3)), RuntimeError),
    ],
)
def test_errors(body, error):
    """PyTorch's words."""
    check(body, raises=error)


def test_errors_that_name_a_set():
    """PyTorch prints a set there, in any order: only the type and the beginning are compared."""
    check(lambda torch: torch.nn.Conv2d(3, 4, 3, padding="some"), raises=ValueError, text=False)
    check(lambda torch: torch.nn.Conv2d(3, 4, 3, padding_mode="some"), raises=ValueError, text=False)
    with pytest.raises(ValueError, match="Invalid padding string 'some', should be one of"):
        minitorch.nn.Conv2d(3, 4, 3, padding="some")


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [1, (2, 1), "same"])
def test_padding_modes(mode, padding):
    """The image goes on beyond its border, mirrored, repeated or from the other side."""

    def body(torch, x):
        torch.manual_seed(0)
        return torch.nn.Conv2d(3, 4, 3, padding=padding, padding_mode=mode)(x)

    check(body, Input((2, 3, 5, 6)))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", ["MSELoss", "L1Loss"])
def test_losses_of_numbers(name, reduction):
    """Values and gradients of both arguments."""
    check(
        lambda torch, x, y: getattr(torch.nn, name)(reduction=reduction)(x, y),
        Input((3, 4)),
        Input((3, 4), seed=1),
    )


@pytest.mark.parametrize(
    "options", [{}, {"reduction": "sum"}, {"reduction": "none"}, {"ignore_index": 1}], ids=str
)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
def test_losses_of_classes(name, weighted, options):
    """With class weights, ignored classes and every reduction."""

    def body(torch, x, y):
        weight = torch.tensor([0.5, 2.0, 1.0], dtype=x.dtype) if weighted else None
        loss = getattr(torch.nn, name)(weight=weight, **options)
        return loss(x, y), repr(loss), list(loss.state_dict())

    check(body, Input((5, 3)), array([0, 1, 2, 1, 0], "int64"))


def test_cross_entropy_of_smoothed_labels_and_probabilities():
    """label_smoothing, and targets that are probabilities."""
    check(
        lambda torch, x, y: torch.nn.CrossEntropyLoss(label_smoothing=0.1)(x, y),
        Input((5, 3)),
        array([0, 1, 2, 1, 0], "int64"),
    )
    check(
        lambda torch, x, y: torch.nn.CrossEntropyLoss(label_smoothing=0.1)(x, y),
        Input((5, 3)),
        Input((5, 3), low=0.1, high=1.0, seed=1),
    )


@pytest.mark.parametrize(
    "arguments", [{"size_average": False}, {"reduce": False}, {"size_average": True}], ids=str
)
def test_the_old_spelling_of_reduction(arguments):
    """It warns, and means what it meant."""

    def body(torch):
        with pytest.warns(UserWarning, match="size_average and reduce args will be deprecated") as caught:
            loss = torch.nn.MSELoss(**arguments)
        return loss.reduction, [str(each.message) for each in caught]

    check(body)
