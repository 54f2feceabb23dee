"""backward(): order, accumulation, what is freed, what is refused. PyTorch: test/test_autograd.py."""

import gc
import threading
import weakref

import pytest
from helpers import Input, check, in_new_process

import minitorch

pytestmark = pytest.mark.usefixtures("device")


@pytest.mark.smoke
def test_backward_of_an_expression():
    """Products, a matrix product, broadcasting and a reduction together, twice differentiated."""

    def body(torch, x, w, b):
        return torch.tanh(x @ w + b) * x[:, :1]

    check(body, Input((3, 4), "float64"), Input((4, 5), "float64"), Input((5,), "float64"), double=True)


def test_deep_graph_needs_no_recursion():
    """100,000 operations in a row: backward() and freeing them use no stack."""
    done = in_new_process("""
import sys, minitorch
x = minitorch.ones(1, requires_grad=True)
(x + 1).backward()  # compiles
x.grad = None
y = x
for _ in range(100_000):
    y = y + 1
sys.setrecursionlimit(150)
y.backward(retain_graph=True)
assert x.grad.tolist() == [1.0]
del y
z = minitorch.ones(1, requires_grad=True)
for _ in range(100_000):
    z = z * 1
del z
print("done")
""")
    assert done.stdout == "done\n", done.stderr


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: x.exp(),  # saves its result
        lambda x: x * x,  # saves its inputs
        lambda x: x.relu().sum(),
        lambda x: (x @ x.t()).tanh(),
        lambda x: x.softmax(0),
        lambda x: x.max(0)[0],
        lambda x: (x * 2)[0].view(2, 2).t(),
        lambda x: x.clone().mul_(2).exp_(),
    ],
)
def test_dropped_graph_is_freed_without_the_collector(operation):
    """No cycle between a result and its node, so that activations go when the loss goes."""
    x = minitorch.ones(4, 4, requires_grad=True)
    gc.disable()
    try:
        y = operation(x)
        node = weakref.ref(y.grad_fn)
        storage = weakref.ref(y.untyped_storage())
        z = (y * y).sum()
        del y
        assert node() is not None
        z.backward()
        del z
        assert node() is None and storage() is None
    finally:
        gc.enable()


def test_backward_frees_saved_tensors_early():
    """After backward() the activations are gone although the loss is still held."""
    x = minitorch.ones(4, requires_grad=True)
    y = x.exp()
    z = y * y
    storage = weakref.ref(y.untyped_storage())
    del y
    z.backward(minitorch.ones(4))
    assert storage() is None


def test_gradients_are_summed_over_all_uses():
    def body(torch, x, y):
        a = x * y
        b = a + x
        c = a * b + y
        return (c * x, b, a * 0.5)

    check(body, Input((2, 3), "float64"), Input((3,), "float64"), double=True)


def test_every_node_runs_once_and_late_ones_first():
    """The order is PyTorch's: the most recently made node that has all its gradients."""

    def body(torch):
        ran = []
        x = torch.ones(2, requires_grad=True)
        named = {}
        named["a"] = x.exp()
        named["b"] = x * 2
        named["c"] = named["a"] + named["b"]
        named["d"] = named["a"].sin()
        named["e"] = named["d"] * named["c"]
        for name, tensor in named.items():
            tensor.register_hook(lambda grad, name=name: ran.append(name))
        named["e"].backward(torch.ones(2))
        return ran, x.grad

    check(body)


def test_gradient_has_the_dtype_of_its_leaf():
    check(lambda torch, x, y: x * y, Input((3,), "float32"), Input((2, 3), "float64"))
    check(lambda torch, x: x.double().exp(), Input((3,), "float32"))
    check(lambda torch, x, y: x * y, Input((3,), "int32"), Input((3,), "float32"))


def test_unused_outputs_count_as_zero():
    check(lambda torch, x: torch.unbind(x)[1], Input((3, 2), "float64"))
    check(lambda torch, x: torch.split(x, 2)[0] * 2, Input((5, 2), "float64"))
    check(lambda torch, x: torch.max(x, 1)[0], Input((5, 2), "float64"))


def test_graph_is_freed_by_the_first_pass():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * x
        y.backward(torch.ones(3))
        y.backward(torch.ones(3))

    check(body, raises=RuntimeError)


def test_graph_without_saved_tensors_may_run_twice():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x + x
        y.backward(torch.ones(3))
        y.backward(torch.ones(3))
        return x.grad

    check(body)


def test_retain_graph():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = (x * x).exp()
        y.backward(torch.ones(3), retain_graph=True)
        first = x.grad.clone()
        y.backward(torch.full((3,), 2.0))
        return first, x.grad

    check(body)


def test_saved_tensors_can_be_read_until_freed():
    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x.exp()
        y.backward(torch.ones(3))
        z = x * y
        z.backward(torch.ones(3))

    check(body, raises=RuntimeError)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.ones(2, requires_grad=True).backward(),
        lambda torch: torch.ones(2).backward(torch.ones(2)),
        lambda torch: (torch.ones(2, requires_grad=True) * 2).backward(torch.ones(3)),
        lambda torch: (torch.ones(2, requires_grad=True) * 2).backward(torch.ones(2, 1)),
        lambda torch: (torch.ones(2, requires_grad=True) * 2).backward(1.0),
        lambda torch: torch.autograd.backward([torch.ones((), requires_grad=True)] * 2, [torch.ones(())]),
        lambda torch: torch.autograd.backward(
            [torch.ones(2, requires_grad=True), torch.ones(2)], [torch.ones(2)] * 2
        ),
        lambda torch: (torch.ones(2, requires_grad=True) * 2).sum().backward(inputs=[]),
        lambda torch: (torch.ones(2, requires_grad=True) * 2).detach().sum().backward(),
        lambda torch: torch.ones(0, requires_grad=True).backward(),
    ],
)
def test_what_backward_refuses(body):
    check(body, raises=(RuntimeError, TypeError))


def test_implicit_gradient_of_one_element():
    def body(torch):
        x = torch.full((1, 1), 3.0, requires_grad=True)
        (x * x).backward()
        return x.grad

    check(body)


def test_several_roots():
    def body(torch):
        x = torch.arange(3.0, requires_grad=True)
        torch.autograd.backward([x * 2, (x * x).sum(), x], [torch.arange(3.0), None, torch.ones(3)])
        gradient = x.grad.clone()
        torch.autograd.backward((x.exp(),), (torch.ones(3),), inputs=x)
        return gradient, x.grad

    check(body)


def test_backward_with_inputs_touches_only_those():
    def body(torch):
        x, y = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
        z = x * y
        w = (z * x).sum()
        w.backward(inputs=[x, z], retain_graph=True)
        first = x.grad.clone()
        w.backward(inputs=[x])
        return first, x.grad, y.grad is None, z.grad

    check(body)


@pytest.mark.parametrize(
    "operation",
    [
        lambda F, x, w: F.linear(x, w, w[:, 0]),
        lambda F, x, w: w.addmm(x, w.t(), alpha=2),
        lambda F, x, w: x @ w,
        lambda F, x, w: x * w,
        lambda F, x, w: F.conv1d(x[None], w[..., None]),
    ],
)
def test_passes_for_one_input_lose_nothing(operation):
    """What nobody asks for is not computed; the next pass, which asks for all, computes all."""

    def body(torch, x, w):
        leaves = x.detach().requires_grad_(), w.detach().requires_grad_()
        y = operation(torch.nn.functional, *leaves).sin().sum()
        alone = [torch.autograd.grad(y, [leaf], retain_graph=True)[0] for leaf in leaves]
        y.backward()
        return *alone, *(leaf.grad for leaf in leaves)

    check(body, Input((3, 3), "float64"), Input((3, 3), "float64"), grad=False)


def test_a_pass_for_one_input_computes_no_other(monkeypatch):
    """As in PyTorch, whose own functions skip what is not asked for; a convolution has a kernel for each gradient."""
    x, w = minitorch.ones(2, 2, 2, requires_grad=True), minitorch.ones(2, 2, 1, requires_grad=True)
    y = minitorch.nn.functional.conv1d(x, w).sum()
    kernel, asked = minitorch.kernels.cpu.conv2d_parameters, []
    monkeypatch.setattr(
        minitorch.kernels.cpu, "conv2d_parameters", lambda *arguments: asked.append(1) or kernel(*arguments)
    )
    minitorch.autograd.grad(y, [x], retain_graph=True)
    assert not asked
    minitorch.autograd.grad(y, [w])
    assert asked


def test_accumulation_is_in_place():
    """The second pass adds to the tensor that `.grad` is; with create_graph it is a new one."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        (x * x).sum().backward()
        gradient = x.grad
        (x * x).sum().backward()
        same = gradient is x.grad
        (x * x * x).sum().backward(create_graph=True)
        return same, gradient, x.grad is gradient, x.grad, x.grad.requires_grad

    check(body)


def test_gradients_have_memory_of_their_own():
    """Neither the cotangent nor another leaf's gradient changes with `.grad`."""

    def body(torch):
        x, y = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
        cotangent = torch.arange(3.0)
        (x + y).backward(cotangent)
        x.grad.add_(100)
        return cotangent, x.grad, y.grad

    check(body)


@pytest.mark.parametrize("layout", ["transposed", "sliced", "offset", "rotated", "expanded"])
def test_gradient_has_the_strides_of_a_dense_leaf(layout):
    def body(torch, x):
        leaf = x.detach().requires_grad_()
        (leaf * leaf).backward(torch.ones(2, 3))
        return leaf.grad, leaf.grad.stride()

    check(body, Input((2, 3), layout=layout), grad=False)


def test_high_order():
    """The fourth derivative of x^5."""

    def body(torch):
        x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
        y = x**5
        derivatives = []
        for _ in range(4):
            (y,) = torch.autograd.grad(y, x, torch.ones(2, dtype=torch.float64), create_graph=True)
            derivatives.append(y)
        return derivatives

    check(body)


def test_error_in_the_middle_of_a_pass():
    """A derivative that raises: the error comes through, and the next pass works."""

    def body(torch):
        class Broken(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()

            @staticmethod
            def backward(ctx, grad):
                raise KeyError("broken")

        x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        z = Broken.apply(x) * y
        caught = None
        try:
            z.backward(torch.ones(2))
        except KeyError as error:
            caught = str(error)
        enabled = torch.is_grad_enabled()
        (x * 2).sum().backward()
        return caught, enabled, x.grad, y.grad

    check(body)


def test_backward_inside_backward():
    """What checkpointing does: a graph is built and walked while another one is walked."""

    def body(torch):
        class Inner(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x.detach() ** 3

            @staticmethod
            def backward(ctx, grad):
                (x,) = ctx.saved_tensors
                with torch.enable_grad():
                    again = x.detach().requires_grad_()
                    y = again**3
                y.backward(grad)
                return again.grad

        x = torch.arange(3.0, requires_grad=True)
        (Inner.apply(x) * 2).sum().backward()
        return x.grad, torch.is_grad_enabled()

    check(body)


def test_threads_add_to_one_leaf():
    """Eight threads walk their own graphs to the same leaf; nothing is lost."""
    x = minitorch.zeros(1000, requires_grad=True)

    def work():
        for _ in range(20):
            (x * 2).backward(minitorch.ones(1000))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert x.grad.tolist() == [320.0] * 1000


def test_names_and_edges_of_nodes():
    """`grad_fn` prints, and leads back to the leaves, as in PyTorch."""

    def body(torch):
        x, w = torch.ones(2, 3, requires_grad=True), torch.ones(3, 2, requires_grad=True)
        y = (torch.relu(x @ w) * 2 + 1).sum()
        names = []
        node = y.grad_fn
        while node is not None:
            names.append(node.name())
            node = node.next_functions[0][0] if node.next_functions else None
        matmul = (x @ w).grad_fn
        leaves = [
            (each.name(), number, each.variable is leaf)
            for (each, number), leaf in zip(matmul.next_functions, (x, w))
        ]
        return (
            names,
            leaves,
            x.grad_fn,
            repr(y.grad_fn).split(" at ")[0],
            (x * 3).grad_fn.next_functions[-1][0] is None,
        )

    check(body)
