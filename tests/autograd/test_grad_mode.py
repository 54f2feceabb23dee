"""no_grad, enable_grad, set_grad_enabled in every form. PyTorch: torch/autograd/grad_mode.py."""

import threading

import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")


def test_contexts_nest():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        seen = [(x * 2).requires_grad]
        with torch.no_grad():
            seen.append((x * 2).requires_grad)
            with torch.enable_grad():
                seen.append((x * 2).requires_grad)
                with torch.set_grad_enabled(False):
                    seen.append(torch.is_grad_enabled())
                seen.append(torch.is_grad_enabled())
            seen.append(torch.is_grad_enabled())
            seen.append(x.clone().requires_grad)
        seen.append(torch.is_grad_enabled())
        return seen

    check(body)


def test_mode_is_restored_after_an_error():
    def body(torch):
        try:
            with torch.no_grad():
                raise ValueError
        except ValueError:
            return torch.is_grad_enabled()

    check(body)


def test_one_context_used_twice():
    def body(torch):
        switch = torch.no_grad()
        seen = []
        for _ in range(2):
            with switch:
                seen.append(torch.is_grad_enabled())
            seen.append(torch.is_grad_enabled())
        return seen

    check(body)


def test_set_grad_enabled_acts_at_once():
    def body(torch):
        seen = []
        switch = torch.set_grad_enabled(False)
        seen.append(torch.is_grad_enabled())
        with switch:
            seen.append(torch.is_grad_enabled())
        seen.append(torch.is_grad_enabled())
        torch.set_grad_enabled(False)
        seen.append(torch.is_grad_enabled())
        torch.set_grad_enabled(True)
        seen.append(torch.is_grad_enabled())
        return seen

    try:
        check(body)
    finally:
        check(lambda torch: torch.set_grad_enabled(True) and None)


@pytest.mark.parametrize(
    "decorator",
    [
        lambda torch: torch.no_grad,
        lambda torch: torch.no_grad(),
        lambda torch: torch.enable_grad,
        lambda torch: torch.set_grad_enabled(False),
        lambda torch: torch.inference_mode(),
        lambda torch: torch.inference_mode,
    ],
)
def test_decorators(decorator):
    def body(torch):
        @decorator(torch)
        def work(x, *, scale=1):
            """Doc."""
            return (x * scale).requires_grad, torch.is_grad_enabled()

        x = torch.ones(2, requires_grad=True)
        inside = work(x, scale=3)
        return inside, torch.is_grad_enabled(), work.__name__, work.__doc__

    check(body)


def test_decorated_method_may_recurse():
    def body(torch):
        class Thing:
            @torch.no_grad()
            def down(self, n):
                return [torch.is_grad_enabled()] + (self.down(n - 1) if n else [])

        return Thing().down(3), torch.is_grad_enabled()

    check(body)


def test_decorated_generator():
    """The mode holds while the generator runs, not while its caller does; send, throw and close arrive."""

    def body(torch):
        seen = []

        @torch.no_grad()
        def numbers():
            try:
                seen.append(torch.is_grad_enabled())
                got = yield 1
                seen.append((got, torch.is_grad_enabled()))
                try:
                    yield 2
                except KeyError:
                    seen.append(("caught", torch.is_grad_enabled()))
                yield 3
                return
            finally:
                seen.append(("closed", torch.is_grad_enabled()))

        generator = numbers()
        seen.append(next(generator))
        seen.append(torch.is_grad_enabled())
        seen.append(generator.send("hello"))
        seen.append(generator.throw(KeyError("x")))
        generator.close()
        seen.append(torch.is_grad_enabled())
        return seen

    check(body)


def test_generator_returns_a_value():
    def body(torch):
        @torch.no_grad()
        def inner():
            yield 1
            return "end"

        def outer():
            result = yield from inner()
            yield result

        return list(outer())

    check(body)


def test_mode_belongs_to_the_thread():
    def body(torch):
        seen = []
        with torch.no_grad():
            thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
            thread.start()
            thread.join()
            seen.append(torch.is_grad_enabled())
        return seen

    check(body)


def test_no_history_inside_no_grad():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        with torch.no_grad():
            y = x * 2
            x.add_(1)  # allowed here: how optimizers write
            new = torch.ones(2, requires_grad=True)
            view = x[0]
        return y.requires_grad, y.is_leaf, y.grad_fn, x, new.requires_grad, view.requires_grad, x.is_leaf

    check(body)


def test_gradients_of_gradients_need_no_mode():
    """backward() outside of create_graph records nothing, whatever the mode."""

    def body(torch):
        x = torch.ones(2, requires_grad=True)
        (x * x).sum().backward()
        with torch.no_grad():
            z = torch.ones(2, requires_grad=True)
            with torch.enable_grad():
                y = (z * z).sum()
            y.backward()
        return x.grad.requires_grad, z.grad, z.grad.requires_grad

    check(body)
