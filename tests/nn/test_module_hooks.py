"""Forward and backward hooks of modules. PyTorch: test/nn/test_module_hooks.py."""

import gc
import warnings
import weakref

import pytest
from helpers import check

import minitorch

pytestmark = pytest.mark.usefixtures("device")


def test_forward_hooks_may_change_what_passes():
    """Order, arguments and replacements are PyTorch's, with and without kwargs and prepend."""

    def body(torch):
        log = []
        module = torch.nn.Identity()
        module.forward = lambda x, scale=1: x * scale

        def pre(module, args):
            log.append("pre")
            return (args[0] + 1,)

        def pre_bare(module, args):
            log.append("bare")
            return args[0] + 1

        def pre_kwargs(module, args, kwargs):
            log.append(("pre kwargs", kwargs))
            return args, {"scale": kwargs["scale"] + 1}

        def post(module, args, output):
            log.append(("post", args[0].tolist()))
            return output + 100

        def post_kwargs(module, args, kwargs, output):
            log.append(("post kwargs", kwargs, output.tolist()))

        module.register_forward_pre_hook(pre)
        module.register_forward_pre_hook(pre_bare, prepend=True)
        module.register_forward_pre_hook(pre_kwargs, with_kwargs=True)
        module.register_forward_hook(post)
        handle = module.register_forward_hook(post_kwargs, with_kwargs=True, prepend=True)
        first = module(torch.ones(2), scale=2)
        handle.remove()
        handle.remove()
        second = module(torch.ones(2), scale=2)
        with module.register_forward_pre_hook(lambda module, args: log.append("inside")):
            module(torch.ones(2), scale=2)
        module(torch.ones(2), scale=2)
        return log, first, second

    check(body)


def test_a_pre_hook_with_kwargs_returns_two():
    """RuntimeError otherwise."""

    def body(torch):
        module = torch.nn.Identity()
        module.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
        module(torch.ones(1))

    check(body, raises=RuntimeError)


def test_always_call():
    """Such a hook runs even when forward raises; the others do not."""

    def body(torch):
        class Failing(torch.nn.Module):
            def forward(self, x):
                raise ValueError("no")

        log = []
        module = Failing()
        module.register_forward_hook(lambda module, args, output: log.append(output), always_call=True)
        module.register_forward_hook(lambda module, args, output: log.append("not called"))
        try:
            module(1)
        except ValueError as error:
            log.append(str(error))
        return log

    check(body)


def test_full_backward_hooks():
    """They see and may replace the gradients of all inputs and outputs of the module."""

    def body(torch):
        class Two(torch.nn.Module):
            def forward(self, x, number, y):
                return x * y, number, x + y

        log = []
        module = Two()

        def before(module, grad_output):
            log.append([None if each is None else each.clone() for each in grad_output])
            return tuple(None if each is None else each * 2 for each in grad_output)

        def after(module, grad_input, grad_output):
            log.append([None if each is None else each.clone() for each in (*grad_input, *grad_output)])
            return tuple(None if each is None else each * 3 for each in grad_input)

        module.register_full_backward_pre_hook(before)
        handle = module.register_full_backward_hook(after)
        x = torch.arange(3.0).requires_grad_()
        y = torch.full((3,), 2.0, requires_grad=True)
        product, number, total = module(x, 7, y)
        (product * torch.arange(3.0) + total).sum().backward()
        first = x.grad.clone(), y.grad.clone()
        handle.remove()
        x.grad = None
        module(x, 7, torch.ones(3))[0].sum().backward()
        return log, number, first, x.grad

    check(body)


def test_backward_hooks_of_a_module_with_parameters():
    """The parameters' gradients follow the changed grad_output, the input's the changed grad_input."""

    def body(torch):
        torch.manual_seed(0)
        module = torch.nn.Linear(3, 2)
        module.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 2,))
        module.register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0] * 5,))
        x = torch.arange(6.0).reshape(2, 3).requires_grad_()
        module(x).sum().backward()
        return x.grad, module.weight.grad

    check(body)


def test_backward_hook_when_no_input_needs_a_gradient():
    """It still runs, with None for the inputs, and says so in a warning."""

    def body(torch):
        log = []
        module = torch.nn.Linear(2, 1)
        module.register_full_backward_hook(
            lambda module, grad_input, grad_output: log.append((grad_input, grad_output))
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            module(torch.ones(3, 2)).sum().backward()
        return log, [str(each.message) for each in caught]

    check(body)


def test_a_backward_hook_that_returns_too_much():
    """RuntimeError, with the numbers."""

    def body(torch):
        module = torch.nn.Linear(2, 1)
        module.register_full_backward_hook(lambda module, grad_input, grad_output: (1, 2, 3))
        module(torch.ones(3, 2, requires_grad=True)).sum().backward()

    check(body, raises=RuntimeError)


def test_under_no_grad_backward_hooks_leave_the_call_alone():
    """Nothing is recorded."""

    def body(torch):
        module = torch.nn.Linear(2, 1)
        module.register_full_backward_hook(lambda module, grad_input, grad_output: None)
        with torch.no_grad():
            return module(torch.ones(3, 2)).requires_grad

    check(body)


def test_a_handle_does_not_keep_the_module_alive():
    """The handle holds the dictionary of hooks weakly."""
    module = minitorch.nn.Identity()
    handle = module.register_forward_hook(lambda module, args, output: None)
    gone = weakref.ref(module)
    gc.disable()
    try:
        del module
        assert gone() is None
    finally:
        gc.enable()
    handle.remove()


def test_global_hooks():
    """For every module, before its own; what they return replaces; off again with remove()."""

    def body(torch):
        module, log = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh()), []
        names = torch.nn.modules.module
        handles = [
            names.register_module_forward_pre_hook(lambda m, args: log.append(("pre", type(m).__name__))),
            names.register_module_forward_hook(lambda m, args, out: log.append(("after", tuple(out.shape)))),
            names.register_module_forward_hook(lambda m, args, kwargs, out: out + 1, with_kwargs=True),
            names.register_module_full_backward_pre_hook(lambda m, grads: log.append(("back", type(m).__name__))),
            names.register_module_full_backward_hook(lambda m, into, out: log.append(("done", into[0].shape))),
        ]
        module[0].register_forward_hook(lambda m, args, out: log.append("own"))
        torch.manual_seed(0)
        for parameter in module.parameters():
            torch.nn.init.normal_(parameter)
        x = torch.ones(4, 2, requires_grad=True)
        first = module(x)
        first.sum().backward()
        for handle in handles:
            handle.remove()
        seen = len(log)
        second = module(x)
        return first, second, x.grad, log, len(log) - seen

    check(body, grad=False)


def test_global_hook_that_is_always_called():
    """Also when forward raises, with None for the output."""

    def body(torch):
        log = []
        handle = torch.nn.modules.module.register_module_forward_hook(
            lambda m, args, out: log.append((type(m).__name__, out)), always_call=True
        )
        try:
            torch.nn.Linear(2, 2)(torch.ones(3))
        except RuntimeError:
            log.append("raised")
        handle.remove()
        return log

    check(body, grad=False)
