"""Anomaly mode. PyTorch: test/test_autograd.py, docs "Anomaly detection"."""

import warnings

import pytest
from helpers import check, first_line

import minitorch

pytestmark = pytest.mark.usefixtures("device")


def test_nan_is_an_error():
    def body(torch):
        x = torch.tensor([0.0, 1.0], requires_grad=True)
        with torch.autograd.detect_anomaly():
            (x.sqrt() * 0).sum().backward()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(body, raises=RuntimeError)


def test_nan_may_be_allowed():
    def body(torch):
        x = torch.tensor([0.0, 1.0], requires_grad=True)
        with torch.autograd.set_detect_anomaly(True, check_nan=False):
            (x.sqrt() * 0).sum().backward()
        return x.grad

    check(body, differentiable=False)


def broken(torch):
    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, grad):
            raise RuntimeError("on purpose")

    return Broken


def test_the_warning_shows_the_line_of_the_operation():
    """In both libraries the warning names this file and the line of the call."""

    def caught_in(torch):
        x = torch.ones(2, requires_grad=True)
        Broken = broken(torch)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with torch.autograd.detect_anomaly():
                y = Broken.apply(x * 2)  # the line
                with pytest.raises(RuntimeError, match="on purpose"):
                    y.sum().backward()
        texts = [str(each.message) for each in caught]
        assert len(texts) == 2
        assert "# the line" in texts[1] or "Broken.apply(x * 2)" in texts[1]
        assert "test_anomaly.py" in texts[1]
        return [first_line(Exception(text)).split(" (Triggered internally")[0] for text in texts]

    check(caught_in, grad=False)


def test_both_lines_are_named():
    """Where backward() failed is in the traceback, where the operation was called in the note."""
    x = minitorch.ones(2, requires_grad=True)
    with warnings.catch_warnings(), minitorch.autograd.set_detect_anomaly(True):
        warnings.simplefilter("ignore")
        y = broken(minitorch).apply(x)  # called here
        with pytest.raises(RuntimeError) as caught:
            y.sum().backward()
    (note,) = caught.value.__notes__
    assert "BrokenBackward belongs to the operation called here" in note
    assert "test_anomaly.py" in note
    assert "# called here" in note or "apply(x)" in note


def test_derivatives_of_derivatives_name_their_parents():
    x = minitorch.ones(2, requires_grad=True)
    with warnings.catch_warnings(), minitorch.autograd.set_detect_anomaly(True):
        warnings.simplefilter("ignore")
        y = (x**3).sum()
        (grad,) = minitorch.autograd.grad(y, x, create_graph=True)
    assert grad.grad_fn.metadata["parent_"] is not None
    assert any("test_anomaly.py" in line for line in grad.grad_fn.metadata["traceback_"])


def test_without_forward_information():
    def body(torch):
        x = torch.ones(2, requires_grad=True)
        y = broken(torch).apply(x)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with torch.autograd.set_detect_anomaly(True), pytest.raises(RuntimeError):
                y.sum().backward()
        return [str(each.message).split(" (Triggered internally")[0] for each in caught]

    check(body, grad=False)


def test_the_mode_ends_and_nests():
    def body(torch):
        states = []

        def note():
            states.append((torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()))

        note()
        with torch.autograd.set_detect_anomaly(True):
            note()
            with torch.autograd.set_detect_anomaly(False):
                note()
            note()
        note()
        torch.autograd.set_detect_anomaly(True, check_nan=False)
        note()
        torch.autograd.set_detect_anomaly(False)
        note()
        return states

    check(body)
    from minitorch.autograd.grad_mode import watchers

    assert watchers == []
