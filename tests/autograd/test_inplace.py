"""In-place writes: versions, what is refused, views and their bases. PyTorch: docs "In-place operations"."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def test_version_counter():
    """Counts the writes to the memory, whichever view they went through; `.data` counts alone."""

    def body(torch):
        x = torch.zeros(3, 4)
        view, flat, detached, data = x[1], x.view(12), x.detach(), x.data
        seen = []

        def note():
            seen.append([each._version for each in (x, view, flat, detached, data)])

        for write in (
            lambda: x.add_(1),
            lambda: view.mul_(2),
            lambda: flat.zero_(),
            lambda: detached.fill_(3),
            lambda: data.fill_(4),
            lambda: x.__setitem__(0, 1.0),
            lambda: x.copy_(torch.ones(3, 4)),
            lambda: x.requires_grad_(),
            lambda: x.t(),
            lambda: detached.sub_(1),
        ):
            write()
            note()
        return seen, x.clone()._version

    check(body)


@pytest.mark.parametrize(
    "body",
    [
        # on a leaf
        lambda torch, x: x.add_(1),
        lambda torch, x: x.zero_(),
        lambda torch, x: x.__setitem__(0, 1.0),
        lambda torch, x: x[0].mul_(2),
        lambda torch, x: x.view(-1)[1:].add_(1),
        lambda torch, x: x.copy_(torch.ones(3, 3)),
        lambda torch, x: x.view(-1).detach_(),
        # on several views of one operation
        lambda torch, x: torch.unbind(x * 2)[0].add_(1),
        lambda torch, x: (x * 2).split(1)[0].add_(1),
        lambda torch, x: (x * 2).chunk(3)[0].add_(1),
        lambda torch, x: next(iter(x * 2)).add_(1),
        # results that would not fit
        lambda torch, x: (x * 2)[0].add_(torch.ones(2, 3)),
        lambda torch, x: torch.ones(3, dtype=torch.int64).add_(1.5),
        lambda torch, x: torch.ones(3, dtype=torch.int64).div_(2),
        lambda torch, x: torch.ones(3, dtype=torch.bool).add_(1),
        # memory that overlaps
        lambda torch, x: torch.ones(3).expand(2, 3).add_(1),
        lambda torch, x: overlap(torch),
    ],
)
def test_what_is_refused(body):
    check(body, Input((3, 3)), grad=True, raises=RuntimeError)


def overlap(torch):
    memory = torch.arange(4.0)
    return memory[1:].add_(memory[:-1])


def saved(name):
    """Bodies that change a tensor which an earlier operation needs."""

    def body(torch, x):
        y = x * 2
        if name == "input of mul":
            z = y * y
            y.add_(1)
        elif name == "result of exp":
            z = y.exp()
            z.add_(1)
        elif name == "through a view":
            z = y * y
            y[0].zero_()
        elif name == "through the base":
            part = y[0]
            z = part * part
            y.zero_()
        elif name == "through detach":
            z = y.sin()
            y.detach().zero_()
        elif name == "weight of matmul":
            z = x @ y
            y.mul_(2)
        elif name == "result of sqrt, cast":
            z = (y * y).sqrt()
            z += 1
        elif name == "result of exp_":
            z = y.exp_().mul_(x)
        elif name == "twice":
            z = y * y
            y.add_(1)
            y.add_(1)
        else:
            z = y.relu()
            z.mul_(2)
        return z

    return body


@pytest.mark.parametrize(
    "name",
    [
        "input of mul",
        "result of exp",
        "through a view",
        "through the base",
        "through detach",
        "weight of matmul",
        "result of sqrt, cast",
        "result of exp_",
        "twice",
        "result of relu",
    ],
)
def test_saved_tensor_was_modified(name):
    check(saved(name), Input((3, 3)), raises=RuntimeError)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.clone().mul_(3).add_(x),
        lambda torch, x: (x * 2).add_(1) * x,  # mul by a number saves nothing
        lambda torch, x: (x + 1).exp_() * x,
        lambda torch, x: x.clone().div_(x.exp()).sub_(1).neg_(),
        lambda torch, x: x.clone().zero_() + x,
        lambda torch, x: x.clone().fill_(2.0) * x,
        lambda torch, x: x.clone().copy_(x.t()),
        lambda torch, x: torch.ones(3, 3, dtype=torch.float64).copy_(x) * 2,
        lambda torch, x: torch.zeros(2, 3, 3, dtype=torch.float64).copy_(x) * 2,
        lambda torch, x: torch.ones(3, 3, dtype=torch.float64).mul_(x),
        lambda torch, x: x.clone().relu_(),
        lambda torch, x: x.clone().clamp_(-1, 1).sigmoid_(),
        lambda torch, x: x.clone().pow_(2).sqrt_(),
        lambda torch, x: x.clone().masked_fill_(x > 0, 5.0),
        lambda torch, x: x.clone().t_() * 2,
        lambda torch, x: x.clone().unsqueeze_(0).squeeze_(0) * x,
    ],
)
def test_gradients_of_writes(body):
    check(body, Input((3, 3), "float64"), double=True, strides=True)


def write(torch, y, name, value):
    {
        "row": lambda: y[1].mul_(value[1]),
        "column": lambda: y[:, 0].copy_(value[0]),
        "transposed": lambda: y.t()[1].add_(value[2]),
        "slice": lambda: y[::2].mul_(3),
        "flat": lambda: y.view(-1)[2:5].zero_(),
        "diagonal": lambda: y.diagonal().mul_(value[0]),
        "assignment": lambda: y.__setitem__((slice(None), 1), value[0] * 2),
        "assigned number": lambda: y.__setitem__(0, 7.0),
        "narrow": lambda: y.narrow(1, 1, 2).exp_(),
        "select of view": lambda: y.view(9).narrow(0, 1, 6).view(2, 3)[1].mul_(value[0]),
        "whole": lambda: y.mul_(value),
        "unsqueezed": lambda: y.unsqueeze(0)[0, 1:].mul_(value[1:]),
        "permuted": lambda: y.unflatten(1, (3, 1)).permute(2, 0, 1)[0, 1].mul_(2),
        "row to row": lambda: y[0].add_(y[1]),
    }[name]()


WRITES = [
    "row", "column", "transposed", "slice", "flat", "diagonal", "assignment", "assigned number", "narrow",
    "select of view", "whole", "unsqueezed", "permuted", "row to row",
]  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_write_through_a_view_changes_the_gradient_of_its_base(name):
    def body(torch, x, value):
        y = x * 2
        write(torch, y, name, value)
        return y * y

    check(body, Input((3, 3), "float64"), Input((3, 3), "float64", seed=1), double=True)


@pytest.mark.parametrize("name", WRITES)
def test_value_with_gradient_written_into_a_plain_tensor(name):
    """The base had no history; the write gives it one."""

    def body(torch, value):
        y = torch.ones(3, 3, dtype=torch.float64)
        write(torch, y, name, value)
        return y * 2, y.requires_grad, y.is_leaf

    check(body, Input((3, 3), "float64"))


@pytest.mark.parametrize("name", WRITES)
def test_view_made_before_a_write_follows_its_base(name):
    """The older views get a new history too, also views of views, and those that do not overlap."""

    def body(torch, x, value):
        y = x * 1
        views = [y[1], y.t(), y.view(9)[3:], y[:, 1:].t()[0]]
        write(torch, y, name, value)
        return [each * 2 for each in views], [each.grad_fn is None for each in views]

    check(body, Input((3, 3), "float64"), Input((3, 3), "float64", seed=1))


def test_chain_of_writes_through_different_views():
    def body(torch, x, w):
        y = x.clone()
        row, column = y[0], y[:, 1]
        row.mul_(2)
        column.add_(w)
        z = row + column
        y.t()[2].copy_(w)
        y.add_(1)
        return y, z, row, column

    check(body, Input((3, 3), "float64"), Input((3,), "float64"), double=True)


def test_names_of_nodes_after_writes():
    def body(torch):
        x = torch.ones(3, 3, requires_grad=True)
        y = x.clone()
        view = y[0]
        names = [view.grad_fn.name()]
        view.mul_(2)
        names += [y.grad_fn.name(), view.grad_fn.name()]
        y.add_(1)
        names += [y.grad_fn.name(), view.grad_fn.name()]
        return names, y.is_leaf, view._is_view(), view._base is y, y[0][0]._base is y

    check(body)


def test_requires_grad_of_what_is_written_to():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = torch.zeros(2, 3)
        view = y[0]
        seen = [y.requires_grad]
        view.add_(x)
        seen += [y.requires_grad, view.requires_grad, y[1].requires_grad, y.is_leaf]
        y[0].sum().backward()
        return seen, x.grad

    check(body)


def test_augmented_assignment():
    def body(torch, x, w):
        y = x * 1
        before = y
        y += w
        y -= 0.5
        y *= w
        y /= 3
        y **= 2
        return y, before is y, y._version

    check(body, Input((2, 3), "float64"), Input((3,), "float64", low=0.5, high=2.0))


def test_integer_writes():
    def body(torch, x):
        y = x.clone()
        y += 3
        y *= 2
        y -= torch.ones(3, dtype=torch.uint8)
        y[0] = 2.9  # truncated
        y //= 2
        return y, y._version

    check(body, Input((3,), "int64"))


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x * 3,  # the number was saved, too
        lambda torch, x: x / 3,
        lambda torch, x: torch.div(x, 3, rounding_mode="floor"),
        lambda torch, x: torch.nn.functional.max_pool2d(x[None], 2),
        lambda torch, x: overwritten(torch, x),
        lambda torch, x: assigned(torch, x),
    ],
)
def test_second_backward_must_be_asked_for(body):
    def twice(torch, x):
        result = body(torch, x)
        result.backward(torch.ones_like(result))
        result.backward(torch.ones_like(result))

    check(twice, Input((3, 3)), raises=RuntimeError)


def overwritten(torch, x):
    y = x * 1
    y[:, 1].mul_(z := x[0] * 1).mul_(2)
    z.mul_(2)
    return y


def assigned(torch, x):
    y = torch.zeros(3, 3)
    y[0] = x[0]
    return y


def test_copied_onto_itself():
    check(lambda torch, x: x.expand(2, 3).copy_(x), Input((3,), requires_grad=False), raises=RuntimeError)
    check(lambda torch, x: [y := x.expand(2, 3), y.copy_(y)._version], Input((3,), requires_grad=False))
    check(lambda torch, x: [y := x.expand(1, 3, 3)[:, 1:], y.__setitem__(0, y)], Input((3,), requires_grad=False))


def test_saved_tensor_that_was_detached_in_place():
    def body(torch, x):
        y = x * 2
        z = y.sin()
        y.detach_()
        y.cos()  # saved afterwards, which is fine
        z.sum().backward()

    check(body, Input((3,)), raises=RuntimeError)


def test_filled_while_expanded():
    """Allowed, but the backward pass would have to write to repeated memory."""
    check(lambda torch, x: [(y := x * 1).expand(2, 3).zero_(), y.sum().backward()], Input((3,)), raises=RuntimeError)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch, x: x.mul_(x.t()),  # the same memory in the same order: only the shapes differ
        lambda torch, x: x.t().mul_(x),
        lambda torch, x: x.view(3).mul_(x.data.view(3)),
        lambda torch, x: x[1:].mul_(x.data[:-1]),  # .data is the same memory
        lambda torch, x: x[1:].copy_(x.data[:-1]),
        lambda torch, x: x.expand(3, 2).clone().view(1, 3, 2).transpose(0, 1).add_(1),
    ],
)
def test_operand_in_the_memory_that_is_written(body):
    check(body, Input((3, 1), requires_grad=False), may_raise=True)


def test_error_of_broadcasting_names_the_last_dimension_that_does_not_fit():
    check(lambda torch, x, y: x * y, Input((3, 2)), Input((2, 3)), raises=RuntimeError)


def test_names_of_nodes_of_fills():
    def body(torch, x, value):
        y = x * 1
        fills = [torch.fill(x, 2.0), torch.fill(x, value), y.clone().fill_(2.0), y.clone().fill_(value)]
        return [each.grad_fn.name() for each in (*fills, y.clone().zero_(), torch.zeros(3, 3).copy_(x))]

    check(body, Input((3, 3)), Input(()))
