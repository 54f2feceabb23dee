"""Results delivered into `out=`, and resize_. PyTorch: test/test_torch.py (test_resize), torch/testing/_internal/opinfo."""

import pytest
from helpers import Input, check

pytestmark = pytest.mark.usefixtures("device")


def test_resize_keeps_what_lies_in_the_memory():
    """A smaller shape is a window onto the same memory; a larger one takes more, the old elements in front."""

    def body(torch, x):
        x = x.clone()  # memory of NumPy is not resizable in PyTorch
        part = x[1:3]
        shape = part.resize_(2, 2).shape
        small = (shape, part.stride(), part.storage_offset(), part.clone())
        grown = part.resize_(6, 4)
        return *small, grown.shape, grown.storage_offset(), grown.reshape(-1)[:12].clone(), x

    check(body, Input((4, 4), requires_grad=False))


def test_resize_in_a_memory_format():
    check(
        lambda torch, x: (x.clone().resize_(2, 3, 2, 2, memory_format=torch.channels_last).stride(), x.is_contiguous()),
        Input((24,), requires_grad=False),
    )


def test_resize_as():
    check(lambda torch, x, y: x.resize_as_(y), Input((6,), requires_grad=False), Input((2, 3), requires_grad=False))


def test_resize_refuses():
    check(lambda torch, x: x.resize_(3), Input((2,)), raises=RuntimeError)
    check(lambda torch, x: x.resize_(-3), Input((2,), requires_grad=False), raises=RuntimeError)
