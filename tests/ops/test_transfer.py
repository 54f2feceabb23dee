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


def test_pinning_without_a_gpu():
    """PyTorch's words for pinned memory where there is no accelerator; the deprecated argument is accepted."""
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    if torch.accelerator.is_available() or minitorch.cuda.is_available():
        pytest.skip("there is an accelerator, for which memory can be pinned")

    def said(library, use) -> tuple[str, str]:
        with pytest.raises(RuntimeError) as caught:
            use(library)
        return str(caught.value).split("\n")[0]

    for use in (
        lambda library: library.ones(2).pin_memory(), lambda library: library.empty(2, pin_memory=True),
        lambda library: library.tensor([1, 2], pin_memory=True), lambda library: library.rand(2, pin_memory=True),
        lambda library: library.arange(2, pin_memory=True), lambda library: library.ones(2).record_stream(None),
        lambda library: library.zeros_like(library.ones(2), pin_memory=True), lambda library: library.ones(2).new_ones(2, pin_memory=True),
    ):  # fmt: skip
        assert said(minitorch, use) == said(torch, use)
    with pytest.warns(DeprecationWarning, match="The argument 'device' of Tensor.is_pinned"):
        assert not minitorch.ones(2).is_pinned("cuda")


def test_graphs_and_streams_without_a_gpu():
    """PyTorch's words where there is no GPU."""
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    if torch.cuda.is_available() or minitorch.cuda.is_available() or torch.backends.cuda.is_built():
        pytest.skip("compares with a PyTorch without CUDA, where there is no GPU")

    def said(use) -> tuple[type, str]:
        with pytest.raises((RuntimeError, AssertionError)) as caught:
            use()
        return type(caught.value), str(caught.value)

    for use in (
        lambda cuda: cuda.CUDAGraph(), lambda cuda: cuda.graph(None), lambda cuda: cuda.graph_pool_handle(), lambda cuda: cuda.Stream(),
        lambda cuda: cuda.Event(), lambda cuda: cuda.is_current_stream_capturing(), lambda cuda: cuda.current_stream(),
        lambda cuda: cuda.default_stream(), lambda cuda: cuda.get_stream_from_external(3),
    ):  # fmt: skip
        assert said(lambda use=use: use(minitorch.cuda)) == said(lambda use=use: use(torch.cuda))
    with minitorch.cuda.stream(None):
        minitorch.cuda.set_stream(None)
