"""Views: shapes, strides, offsets and shared memory. PyTorch: test/test_view_ops.py, test_shape_ops.py."""

import pytest
import strategies
from helpers import LAYOUTS, Input, check
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("device")


def views(operation):
    """The result of an operation, and whether it shows the memory of its input."""

    def body(torch, x):
        y = operation(torch, x)
        several = y if isinstance(y, tuple | list) else [y]
        shared = [
            each.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
            for each in several
            if each.numel()
        ]
        return y, shared, [each._is_view() for each in several]

    return body


def factors(size: int, parts: int, draw) -> list[int]:
    """A product of `parts` numbers that is `size`."""
    result = []
    for _ in range(parts - 1):
        result.append(
            draw(st.sampled_from([n for n in range(1, max(size, 1) + 1) if size % n == 0])) if size else 0
        )
        size = size // result[-1] if result[-1] else 0
    return [*result, size]


@given(data=st.data())
def test_view_and_reshape(data):
    """Every new shape, of every layout: the same strides, the same copy, or the same error."""
    x = data.draw(strategies.inputs())
    size = x.numbers().size
    shape = factors(size, data.draw(st.integers(1, 4)), data.draw)
    if data.draw(st.booleans()):
        shape[data.draw(st.integers(0, len(shape) - 1))] = -1
    check(views(lambda torch, x: x.view(shape)), x, may_raise=True, strides=True, double=True)
    check(views(lambda torch, x: x.reshape(*shape)), x, may_raise=True, strides=True, double=True)
    check(views(lambda torch, x: torch.reshape(x, tuple(shape))), x, may_raise=True, strides=True)


@given(data=st.data())
def test_permute_and_transpose(data):
    x = data.draw(strategies.inputs())
    ndim = len(x.shape)
    order = data.draw(st.permutations(range(ndim)))
    order = [dim - ndim if data.draw(st.booleans()) else dim for dim in order]
    check(views(lambda torch, x: torch.permute(x, order)), x, strides=True, double=True)
    if ndim:
        check(views(lambda torch, x: x.permute(*order)), x, strides=True)
    else:
        check(lambda torch, x: x.permute(), x, raises=TypeError)
    first, second = data.draw(strategies.dims(ndim)), data.draw(strategies.dims(ndim))
    check(views(lambda torch, x: x.transpose(first, second)), x, strides=True, double=True)
    check(views(lambda torch, x: torch.movedim(x, first, second)), x, strides=True, double=True)
    check(views(lambda torch, x: torch.swapaxes(x, first, second)), x, strides=True)


@given(data=st.data())
def test_squeeze_and_unsqueeze(data):
    x = data.draw(strategies.inputs(strategies.shapes(max_side=2)))
    dim = data.draw(strategies.dims(len(x.shape)))
    check(views(lambda torch, x: torch.squeeze(x)), x, strides=True, double=True)
    check(views(lambda torch, x: x.squeeze(dim)), x, strides=True, double=True)
    new = data.draw(strategies.dims(len(x.shape) + 1))
    check(views(lambda torch, x: torch.unsqueeze(x, new)), x, strides=True, double=True)
    if len(x.shape) > 1:
        check(views(lambda torch, x: x.squeeze((0, -1))), x, strides=True)


@given(data=st.data())
def test_flatten_and_unflatten(data):
    x = data.draw(strategies.inputs())
    ndim = len(x.shape)
    start, end = sorted(
        (data.draw(strategies.dims(ndim)) % max(ndim, 1), data.draw(strategies.dims(ndim)) % max(ndim, 1))
    )
    check(views(lambda torch, x: torch.flatten(x, start, end)), x, strides=True, double=True)
    check(views(lambda torch, x: (x.flatten(), x.ravel())), x, strides=True)
    if ndim:
        sizes = factors(x.shape[start], 2, data.draw)
        check(views(lambda torch, x: x.unflatten(start, sizes)), x, strides=True, double=True, may_raise=True)


@given(data=st.data())
def test_expand(data):
    x = data.draw(strategies.inputs(strategies.shapes(max_side=2, max_dims=3)))
    sizes = [data.draw(st.sampled_from([size, -1, 3] if size == 1 else [size, -1])) for size in x.shape]
    sizes = [data.draw(st.integers(0, 3)) for _ in range(data.draw(st.integers(0, 2)))] + sizes
    check(views(lambda torch, x: x.expand(sizes)), x, strides=True, double=True, may_raise=True)
    full = tuple(size if size != -1 else 1 for size in sizes)
    check(views(lambda torch, x: torch.broadcast_to(x, full)), x, strides=True, may_raise=True)


@given(data=st.data())
def test_as_strided(data):
    """Any window that lies inside the memory; overlapping ones get the sum of the gradients."""
    x = data.draw(strategies.inputs(strategies.shapes(min_side=1, max_dims=2)))
    shape = data.draw(strategies.shapes(max_dims=3, max_side=2))
    stride = tuple(data.draw(st.integers(0, 3)) for _ in shape)
    offset = data.draw(st.none() | st.integers(0, 4))
    check(
        views(lambda torch, x: x.as_strided(shape, stride, offset)),
        x,
        strides=True,
        may_raise=True,
        double=False,
    )


@given(data=st.data())
def test_diagonal(data):
    x = data.draw(strategies.inputs(strategies.shapes(min_dims=2, max_dims=3)))
    first = data.draw(strategies.dims(len(x.shape)))
    second = data.draw(strategies.dims(len(x.shape)))
    offset = data.draw(st.integers(-5, 5))
    body = views(lambda torch, x: torch.diagonal(x, offset, first, second))
    check(body, x, strides=True, may_raise=True, double=True)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 3)])
def test_transposes_of_matrices(shape):
    check(views(lambda torch, x: x.t()), Input(shape), strides=True)
    check(views(lambda torch, x: torch.t(x)), Input(shape), strides=True)


def test_transposed_attributes():
    check(views(lambda torch, x: x.T), Input((2, 3)), strides=True)
    check(views(lambda torch, x: x.mT), Input((4, 2, 3)), strides=True)


@pytest.mark.smoke
def test_forms_of_arguments():
    """Sizes one by one, in a tuple, in a list, as torch.Size, as 0-d tensors."""

    def body(torch, x):
        return (
            x.view(3, 2), x.view((3, 2)), x.view([3, 2]), x.view(torch.Size([3, 2])), x.view(-1), x.view(6,
            -1),
            x.reshape(3, 2), x.reshape((3, 2)), x.permute(1, 0), x.permute((1, 0)), x.expand(4, 2, 3),
            x.expand((4, 2, 3)),
            x.view(torch.tensor(3), 2), x.view_as(torch.ones(3, 2)), x.reshape_as(torch.ones(6)),
            x.expand_as(torch.ones(1, 2, 3)),
            torch.flatten(x, start_dim=0), x.flatten(end_dim=0), torch.transpose(x, dim0=0, dim1=1),
            x.unsqueeze(dim=0),
            torch.movedim(x, (0, 1), (1, 0)),
        )  # fmt: skip

    check(body, Input((2, 3)), strides=True)


def test_view_as_another_dtype():
    check(lambda torch, x: x.view(torch.int32), Input((2, 3)), may_raise=True)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_is_contiguous(layout):
    for shape in [
        (),
        (1,),
        (2, 3),
        (2, 1, 3),
        (1, 4),
        (4, 1),
        (0, 3),
        (2, 3, 4, 5),
        (2, 1, 4, 5),
        (1, 3, 1, 1),
    ]:
        check(
            lambda torch, x: (x.is_contiguous(), x.stride(), x.storage_offset()),
            Input(shape, layout=layout),
            grad=False,
        )
    check(
        lambda torch, x: x.is_contiguous(memory_format=torch.channels_last),
        Input((2, 3, 4, 5), layout=layout),
        grad=False,
    )


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.view(4),
        lambda torch, x: x.view(-1, -1),
        lambda torch, x: x.view(-2, 3),
        lambda torch, x: x.view(-1, 4),
        lambda torch, x: x.t().view(6),
        lambda torch, x: x.view("a"),
        lambda torch, x: x.view(2.0, 3),
        lambda torch, x: x.view(),
        lambda torch, x: x.reshape(5),
        lambda torch, x: x.reshape(-1, 4),
        lambda torch, x: x[:0].view(-1, 0),
        lambda torch, x: x.permute(0),
        lambda torch, x: x.permute(0, 0),
        lambda torch, x: x.permute(0, 5),
        lambda torch, x: x.permute("a", 0),
        lambda torch, x: x.transpose(0, 2),
        lambda torch, x: x.transpose(0, -3),
        lambda torch, x: x.transpose("a", 0),
        lambda torch, x: x.transpose(0),
        lambda torch, x: torch.ones(2, 2, 2).t(),
        lambda torch, x: torch.ones(2).mT,
        lambda torch, x: x.expand(3, 3),
        lambda torch, x: x.expand(3),
        lambda torch, x: x.expand(-1, 2, 3),
        lambda torch, x: x.expand(2, -2),
        lambda torch, x: torch.broadcast_to(x, (3,)),
        lambda torch, x: x.squeeze(2),
        lambda torch, x: x.squeeze("a"),
        lambda torch, x: x.unsqueeze(3),
        lambda torch, x: x.unsqueeze(-4),
        lambda torch, x: x.unsqueeze(),
        lambda torch, x: torch.unsqueeze(3, 0),
        lambda torch, x: x.flatten(1, 0),
        lambda torch, x: x.flatten(0, 2),
        lambda torch, x: x.unflatten(0, (3, 2)),
        lambda torch, x: x.unflatten(0, ()),
        lambda torch, x: x.unflatten(2, (1,)),
        lambda torch, x: x.movedim((0, 1), (0,)),
        lambda torch, x: x.movedim((0, 0), (0, 1)),
        lambda torch, x: x.movedim(0, 5),
        lambda torch, x: x.as_strided((5,), (2,)),
        lambda torch, x: x.as_strided((2,), (1, 1)),
        lambda torch, x: x.as_strided((2,), (-1,)),
        lambda torch, x: x.as_strided((-2,), (1,)),
        lambda torch, x: x.as_strided((2,), (1,), -1),
        lambda torch, x: x.as_strided((2,), (1,), 5),
        lambda torch, x: x.as_strided((2**40,), (2**40,)),
        lambda torch, x: x.diagonal(0, 0, 0),
        lambda torch, x: x.diagonal(0, 0, 2),
        lambda torch, x: torch.ones(2).diagonal(),
        lambda torch, x: x.size(2),
        lambda torch, x: x.stride(-3),
        lambda torch, x: x.expand(2**40, 2**40, 2, 3).contiguous(),
        lambda torch, x: x.expand(2**61, 2, 3).numel(),
    ],
)
def test_what_is_refused(body):
    check(body, Input((2, 3)), raises=Exception)


def test_large_views_cost_nothing():
    """A stride of 0 makes shapes beyond any memory; numel is exact."""
    check(lambda torch, x: x.expand(2**40, 2**20).numel(), Input((1,)), grad=False)
