"""Hooks on what is saved, on nodes, on several gradients; edges. PyTorch: test/test_autograd.py."""

import gc
import weakref

import pytest
from helpers import Input, check

import minitorch

pytestmark = pytest.mark.usefixtures("device")


def test_saved_tensors_hooks_see_and_replace():
    """Inputs and results pass through the hooks, without a history; the gradient is of what comes back."""

    def body(torch):
        seen = []

        def pack(tensor):
            seen.append((tuple(tensor.shape), tensor.requires_grad, tensor.sum().item()))
            return tensor * 2

        def unpack(packed):
            seen.append("unpack")
            return packed

        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
            z = (x * y).exp().log()
        after = (x * y).sum()
        z.sum().backward()
        after.backward()
        packed = sorted(each for each in seen if each != "unpack")  # which operand comes first is a detail
        return packed, len(seen), x.grad, y.grad

    check(body, differentiable=False)


def test_gradients_of_gradients_pass_packed_tensors():
    def body(torch, x):
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
            return (x.sin() * x).sigmoid() ** 2

    check(body, minitorch.arange(3, dtype=minitorch.float64).numpy(), double=True)


def test_innermost_hooks_win():
    def body(torch):
        seen = []
        hooks = torch.autograd.graph.saved_tensors_hooks

        def named(name):
            return hooks(lambda t: seen.append(name) or t, lambda t: t)

        x = torch.ones(2, requires_grad=True)
        with named("outer"):
            a = x * x
            with named("inner"):
                b = x.exp()
            c = x.sin()
        d = x.sin()
        (a + b + c + d).sum().backward()
        return seen, x.grad

    check(body)


def test_unpack_must_give_a_tensor():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: 5):
            y = x.exp()
        y.sum().backward()

    check(body, raises=TypeError)


def test_save_on_cpu_and_disabling():
    def kept(torch, x):
        with torch.autograd.graph.save_on_cpu():
            return (x * x).sin()

    def refused(torch):
        with torch.autograd.graph.disable_saved_tensors_hooks("not here"):
            torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t).__enter__()

    def allowed(torch):
        with torch.autograd.graph.disable_saved_tensors_hooks("not here"):
            return torch.ones(2) + 1

    check(kept, minitorch.arange(3, dtype=minitorch.float32).numpy())
    check(refused, raises=RuntimeError)
    check(allowed)


def test_in_place_writes_do_not_reach_what_was_packed():
    """Without hooks this is an error; a hook that copies makes it right."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
            z = y * y
        y.add_(1)
        (z + y).sum().backward()
        return x.grad

    check(body)


@pytest.mark.parametrize("mode", ["all", "any"])
def test_multi_grad_hooks(mode):
    def body(torch):
        seen = []
        x, y, z = (torch.ones(2, requires_grad=True) for _ in range(3))
        a, b, c = x * 2, y * 3, z * 4

        def note(grads):
            seen.append([g if g is None else g.clone() for g in grads] if mode == "all" else grads.clone())

        handle = torch.autograd.graph.register_multi_grad_hook((a, b, c), note, mode=mode)
        (a + b).sum().backward(retain_graph=True)
        (a * b * c).sum().backward(retain_graph=True)
        handle.remove()
        a.sum().backward()
        return seen, x.grad, y.grad, z.grad

    check(body)


def test_multi_grad_hook_refuses_other_modes():
    def body(torch):
        torch.autograd.graph.register_multi_grad_hook((torch.ones(1, requires_grad=True),), len, mode="some")

    check(body, raises=ValueError)


def test_gradient_edges():
    """An edge stands for its tensor."""

    def body(torch):
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        edge = torch.autograd.graph.get_gradient_edge(y)
        grads = torch.autograd.grad((y * y).sum(), (edge, x))
        return edge.node is y.grad_fn, edge.output_nr, grads

    def refused(torch):
        torch.autograd.graph.get_gradient_edge(torch.ones(1))

    check(body)
    check(refused, raises=RuntimeError)


def test_nodes():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        y = (x * 2).exp()
        node = y.grad_fn
        node.metadata["note"] = 5
        seen = []
        node.register_prehook(lambda grads: seen.append(("pre", grads[0].clone())))
        node.register_hook(lambda outgoing, arrived: seen.append(("post", outgoing[0].clone(), arrived[0].clone())))
        handle = node.register_hook(lambda outgoing, arrived: (outgoing[0] * 10,))
        y.sum().backward(retain_graph=True)
        handle.remove()
        y.sum().backward()
        names = [node.name(), node.next_functions[0][0].name(), node.next_functions[0][0].next_functions[0][0].name()]
        return names, node.metadata, seen, x.grad, isinstance(node, torch.autograd.graph.Node)

    check(body)


def test_one_kind_of_handle():
    from minitorch.utils.hooks import RemovableHandle

    x = minitorch.ones(2, requires_grad=True)
    y = x * 2
    handles = [
        x.register_hook(len),
        y.register_hook(len),
        y.grad_fn.register_hook(len),
        y.grad_fn.register_prehook(len),
        x.register_post_accumulate_grad_hook(len),
        minitorch.nn.Linear(1, 1).register_forward_hook(len),
    ]
    assert {type(each) for each in handles} == {RemovableHandle}


def test_increment_version():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        z = y * y
        torch.autograd.graph.increment_version(y)
        z.sum().backward()

    check(body, raises=RuntimeError)


def test_functions_run_without_gradients():
    """PyTorch calls a custom backward() even if no gradient arrives, with zeros; operations of its own it skips."""

    def body(torch):
        class Nothing(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return None

        class Counted(torch.autograd.Function):
            calls = []

            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                Counted.calls.append(grad.clone())
                return grad

        x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        Nothing.apply(Counted.apply(x)).sum().backward()
        Nothing.apply(y * 2).sum().backward()
        return Counted.calls, x.grad, y.grad

    check(body, differentiable=False)


def test_batched_gradients():
    def body(torch, x):
        x = x.detach().requires_grad_()
        y = x.exp() * x
        batch = torch.arange(6, dtype=torch.float64).reshape(2, 3)
        return torch.autograd.grad(y, x, batch, is_grads_batched=True)

    check(body, Input((3,), "float64", requires_grad=True), grad=False)


def test_long_chains():
    """A graph of 100,000 nodes: backward and release without recursion."""
    x = minitorch.ones(1, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    del y
    z = x
    for _ in range(100_000):
        z = z * 1
    del z


@pytest.mark.parametrize("hooks", [False, True])
def test_a_dropped_graph_frees_its_memory_at_once(hooks):
    """No cycle leads from what is saved back to the node."""
    gc.collect()
    gc.disable()
    try:
        x = minitorch.ones(1000, requires_grad=True)
        with minitorch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t) if hooks else minitorch.enable_grad():
            y = (x * 2).exp().sigmoid().softmax(0)
            memory = weakref.ref(y._storage)
            node = y.grad_fn
            loss = (y * y).sum()
        alive = [memory() is not None]
        del y, node
        alive.append(memory() is not None)  # saved by the product
        del loss
        alive.append(memory() is not None)
        assert alive == [True, True, False]
    finally:
        gc.enable()
