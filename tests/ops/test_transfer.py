"""From one device to another. PyTorch: test/test_cuda.py."""

import pytest

import minitorch


def test_no_interface_on_the_cpu():
    """A tensor on the CPU has no __cuda_array_interface__."""
    assert not hasattr(minitorch.ones(2), "__cuda_array_interface__")


def test_without_a_gpu():
    """One clear error, with the reason as help; where there is a GPU, none."""
    if minitorch.cuda.is_available():
        assert minitorch.ones(2).to("cuda").device == minitorch.device("cuda:0")
        return
    with pytest.raises((AssertionError, RuntimeError)) as caught:
        minitorch.ones(2).to("cuda")
    assert any("minitorch: " in note for note in caught.value.__notes__)
