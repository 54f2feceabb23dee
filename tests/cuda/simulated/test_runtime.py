"""Memory of the GPU shared with others, and recorded work run again. PyTorch: test/test_cuda.py, test/test_dlpack.py.

What the driver is asked for is tested in tests/cuda/driven.
"""

import copy
import gc

import numpy as np
import pytest
from gpu import COMPILED_ONLY

import minitorch as torch
from minitorch import nn
from minitorch.ops.dlpack import _device_of

pytestmark = pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")


@pytest.mark.parametrize("version", [None, (1, 0)])
def test_dlpack(version):
    """A capsule says that the memory is the GPU's, also when it comes back; strides, dtypes, empty ones."""
    for x in (torch.arange(6).reshape(2, 3).cuda().T, torch.tensor(True).cuda(), torch.zeros(0, 2).cuda()):
        assert x.__dlpack_device__() == (2, 0)
        capsule = x.__dlpack__(max_version=version)
        device = _device_of(capsule)
        assert (device.type, device.index) == (2, 0)
        y = torch.from_dlpack(capsule)
        assert y.is_cuda and y.stride() == x.stride() and y.dtype is x.dtype and y.tolist() == x.tolist()
        assert (device.type, device.index) == (2, 0)
        if x.numel():
            assert y.data_ptr() == x.data_ptr()
            y.fill_(1)
            assert x.tolist() == y.tolist()
        with pytest.raises(RuntimeError, match="only once"):
            torch.from_dlpack(capsule)


def test_dlpack_to_another_device():
    """`device=` and `copy=`, and what cannot be exported."""
    x = torch.arange(3.0).cuda()
    assert torch.from_dlpack(x, device="cpu").tolist() == [0.0, 1.0, 2.0]
    assert torch.from_dlpack(torch.arange(3.0), device="cuda").is_cuda
    assert torch.from_dlpack(x, copy=True).data_ptr() != x.data_ptr() == torch.from_dlpack(x, device="cuda").data_ptr()
    with pytest.raises(ValueError, match="without copying"):
        torch.from_dlpack(x, device="cpu", copy=False)
    with pytest.raises(BufferError, match="require gradient"):
        x.requires_grad_().__dlpack__()
    with pytest.raises(BufferError, match="per-thread default stream"):
        x.detach().__dlpack__(stream=2)
    with pytest.raises(AssertionError, match="unsupported stream on CUDA: 0"):
        x.detach().__dlpack__(stream=0)
    capsule = x.detach().__dlpack__()
    _device_of(capsule).index = 1
    with pytest.raises(BufferError, match="one GPU"):
        torch.from_dlpack(capsule)


def test_dlpack_keeps_memory_in_use():
    """A block is free when the last tensor on it is gone, whoever made it."""
    gc.collect()
    before = torch.cuda.memory_allocated()
    x = torch.arange(3.0).cuda()
    y = torch.from_dlpack(x)
    del x
    gc.collect()
    assert y.tolist() == [0.0, 1.0, 2.0] and torch.cuda.memory_allocated() == before + 512
    del y
    gc.collect()
    assert torch.cuda.memory_allocated() == before


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"shape": None}, TypeError, "attribute `shape` must exist"),
        ({"typestr": None}, TypeError, "attribute `typestr` must exist"),
        ({"data": None}, TypeError, "attribute `data` must exist"),
        ({"data": (1 << 20, True)}, TypeError, "the read only flag is not supported"),
        ({"strides": (4,)}, TypeError, "same length as shape"),
        ({"strides": (6, 4)}, ValueError, "not a multiple of the element byte size"),
        ({"strides": (-12, 4)}, ValueError, "negative"),
        ({"mask": object()}, TypeError, "masked"),
        ({"typestr": "<c16"}, TypeError, "complex128"),
    ],
)
def test_interfaces_that_are_refused(change, kind, words):
    """PyTorch's errors for arrays of other libraries that cannot be shared."""

    class Foreign:
        __cuda_array_interface__ = {**torch.zeros(2, 3, device="cuda").__cuda_array_interface__, **change}

    with pytest.raises(kind, match=words):
        torch.as_tensor(Foreign())


def test_interface_of_the_current_stream():
    """Who reads the memory is told which stream writes it."""
    x = torch.zeros(2, device="cuda")
    assert x.__cuda_array_interface__["stream"] == 1
    with torch.cuda.Stream() as stream:
        assert x.__cuda_array_interface__["stream"] == stream.cuda_stream


@pytest.mark.parametrize("size", [2**40, 2**60 - 1])
def test_more_memory_than_there_is(size):
    """PyTorch's error of a GPU, whatever the size: the driver would see its lower 64 bits."""
    with pytest.raises(torch.cuda.OutOfMemoryError, match="CUDA out of memory. Tried to allocate"):
        torch.empty(size, device="cuda")
    one = torch.ones(1, device="cuda")
    with pytest.raises(torch.cuda.OutOfMemoryError, match="CUDA out of memory. Tried to allocate"):
        one.expand(size) + one
    with pytest.raises(RuntimeError, match="Storage size calculation overflowed"):
        one.expand(2**62)


def test_pinned_factories():
    """pin_memory=True of what makes tensors."""
    like = torch.ones(2)
    for x in (
        torch.empty(2, pin_memory=True), torch.zeros(2, pin_memory=True), torch.ones(2, pin_memory=True), torch.rand(2, pin_memory=True),
        torch.full((2,), 3.0, pin_memory=True), torch.arange(2, pin_memory=True), torch.linspace(0, 1, 2, pin_memory=True),
        torch.tensor([1, 2], pin_memory=True), torch.empty_like(like, pin_memory=True), torch.zeros_like(like, pin_memory=True),
        like.new_empty(2, pin_memory=True), like.new_ones(2, pin_memory=True), torch.empty_strided((2,), (2,), pin_memory=True),
        like.requires_grad_().pin_memory(),
    ):  # fmt: skip
        assert x.is_pinned() and not x.is_cuda
    x.sum().backward()
    assert like.grad.tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match="Only dense CPU tensors can be pinned"):
        torch.ones(2, device="cuda", pin_memory=True)


# ---- Graphs ----


def network() -> nn.Module:
    """One of each kind of layer that training has."""
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)
    return nn.Sequential(*layers).cuda()


def test_training_step():
    """Forward, backward and SGD, recorded: replays over new inputs give what the same steps give one by one."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    inputs, labels = torch.randn(2, 1, 4, 4).cuda(), torch.tensor([0, 2]).cuda()

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss

    step()
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    graph = torch.cuda.CUDAGraph()
    optimizer.zero_grad(set_to_none=True)
    with torch.cuda.graph(graph):
        loss = step()
    assert all(map(torch.equal, before[0].values(), model.state_dict().values()))  # nothing has run
    batches = [torch.randn(2, 1, 4, 4).pin_memory() for _ in range(3)]
    replayed = []
    for batch in batches:
        inputs.copy_(batch, non_blocking=True)
        graph.replay()
        replayed.append(loss.item())
    after = copy.deepcopy(model.state_dict())
    model.load_state_dict(before[0])
    optimizer.load_state_dict(before[1])
    for batch, expected in zip(batches, replayed):
        inputs.copy_(batch)
        assert step().item() == expected
    assert all(map(torch.equal, after.values(), model.state_dict().values()))


@pytest.mark.filterwarnings("ignore:The CUDA Graph is empty")
@pytest.mark.parametrize("name", ["Adam", "AdamW", "RMSprop"])
def test_capturable(name):
    """Counts of steps on the GPU: a recorded step corrects by how often it has run, as the same optimizer on the CPU."""
    plain = torch.ones(5, requires_grad=True)
    moved = plain.detach().cuda().requires_grad_()
    theirs, mine = getattr(torch.optim, name)([plain], lr=0.1), getattr(torch.optim, name)([moved], lr=0.1, capturable=True)
    gradient = torch.arange(5.0)
    plain.grad, moved.grad = gradient.clone(), gradient.cuda()
    theirs.step()
    with pytest.warns(UserWarning, match="This instance was constructed with capturable=True"):
        mine.step()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        mine.step()
    for number in range(3):
        plain.grad.fill_(number)
        moved.grad.fill_(number)
        theirs.step()
        graph.replay()
    np.testing.assert_allclose(moved.tolist(), plain.tolist(), rtol=1.2e-7)  # one last bit; measured: none
    step = mine.state[moved]["step"]
    assert step.is_cuda and step.item() == 4.0 == theirs.state[plain]["step"].item()
    wrong = getattr(torch.optim, name)([moved])
    with (
        pytest.raises(RuntimeError, match=f"graph capture of step.. for an instance of {name} but param_groups' capturable is False"),
        torch.cuda.graph(torch.cuda.CUDAGraph()),
    ):
        wrong.step()


def test_tables_outlive_their_caches():
    """A graph keeps what its kernels read: tables that were made in the recording, or have left their cache since."""
    from minitorch.kernels.cuda import conv, conv_backward, optim

    model, inputs = network(), torch.randn(2, 1, 4, 4).cuda()
    caches = [each for module in (conv, conv_backward, optim) for each in vars(module).values() if hasattr(each, "cache_clear")]
    for each in caches:
        each.cache_clear()
    expected = model(inputs).tolist()
    for made_while_recording in (True, False):
        if made_while_recording:
            for each in caches:
                each.cache_clear()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = model(inputs)
        if made_while_recording:
            assert model(inputs).tolist() == expected  # a table of the recording's is there for others
        for each in caches:
            each.cache_clear()
        others = [torch.full((64,), 7).cuda() for _ in range(20)]
        graph.replay()
        assert result.tolist() == expected and len(others) == 20


def test_memory_of_a_graph():
    """Blocks that the recording freed are used within it, and by nobody else; two graphs may share them."""
    x = torch.ones(100, device="cuda")
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        y = x * 2
        z = y + 1
        place = y.data_ptr()
        del y
        w = z * 3
        assert w.data_ptr() == place
        del z
    others = [torch.zeros(100, device="cuda") for _ in range(4)]
    graph.replay()
    assert w.tolist() == [9.0] * 100 and all(each.sum().item() == 0 for each in others)
    second = torch.cuda.CUDAGraph()
    with torch.cuda.graph(second, pool=graph.pool()):
        v = w - 1
    second.replay()
    assert v.tolist() == [8.0] * 100 and second.pool() == graph.pool()


@pytest.mark.filterwarnings("ignore:The CUDA Graph is empty")
def test_what_cannot_be_recorded():
    """Reading a value, numbers of an unknown generator, memory that is not pinned, a second capture, the default stream."""
    x, host = torch.ones(2, device="cuda"), torch.ones(2)
    waits = "operation not permitted when stream is capturing"
    for action, words in (
        (lambda: x.tolist(), waits), (torch.cuda.synchronize, waits), (lambda: host.pin_memory().cuda(), waits),
        (lambda: host.cuda(), "unless the CPU tensor is pinned"), (lambda: x.cpu(), "unless the CPU tensor is pinned"),
        (lambda: host.copy_(x), "unless the CPU tensor is pinned"),
        (lambda: torch.cuda.CUDAGraph().capture_begin(), waits),
        (lambda: x.uniform_(generator=torch.Generator("cuda")), "not in capture mode"),
    ):  # fmt: skip
        graph = torch.cuda.CUDAGraph()
        with pytest.raises((RuntimeError, NotImplementedError), match=words), torch.cuda.graph(graph):
            assert torch.cuda.is_current_stream_capturing()
            action()
        assert not torch.cuda.is_current_stream_capturing()
        assert torch.cuda.current_stream() == torch.cuda.default_stream()
    graph = torch.cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="without a preceding successful capture"):
        graph.replay()
    with pytest.raises(RuntimeError, match="must be captured on a non-default stream"):
        graph.capture_begin()
    with pytest.raises(RuntimeError, match="Unknown capture error mode"), torch.cuda.graph(graph, capture_error_mode="none"):
        pass
    with pytest.warns(UserWarning, match="The CUDA Graph is empty"), torch.cuda.graph(graph):
        pass
    with pytest.raises(RuntimeError, match="already owns a captured graph"), torch.cuda.graph(graph):
        pass


def test_numbers_of_the_recording():
    """What the program sends to the GPU in a recording, it sends in every replay."""
    graph, x = torch.cuda.CUDAGraph(), torch.zeros(3, device="cuda")
    with torch.cuda.graph(graph):
        x.add_(torch.tensor([1.0, 2.0, 3.0], device="cuda"))
    for times in (1, 2):
        graph.replay()
        assert x.tolist() == [1.0 * times, 2.0 * times, 3.0 * times]


def test_random_numbers():
    """Replays draw what the same work draws: the default generator's numbers and another's, also after a new seed."""
    x, own = torch.ones(50, device="cuda"), torch.Generator("cuda")
    graph = torch.cuda.CUDAGraph()
    graph.register_generator_state(own)

    def draw() -> tuple:
        return nn.functional.dropout(x), torch.rand_like(x), x.clone().normal_(generator=own), torch.randint(9, (7,), device="cuda")

    def seed(number: int) -> None:
        torch.cuda.manual_seed(number)
        own.manual_seed(number + 1)

    seed(5)
    expected = [[each.tolist() for each in draw()] for _ in range(3)]
    seed(5)
    with torch.cuda.graph(graph):
        drawn = draw()
    found = []
    for number in (5, None, None):
        if number is not None:
            seed(number)
        graph.replay()
        found.append([each.tolist() for each in drawn])
    assert found == expected and found[0] != found[1]
    seed(5)
    graph.replay()
    state = torch.cuda.get_rng_state()
    assert [each.tolist() for each in draw()] == expected[1]  # what is not recorded goes on from there
    torch.cuda.set_rng_state(state)
    own.manual_seed(0)
    graph.replay()
    assert drawn[0].tolist() == expected[1][0]


def test_graphed_callables():
    """A module and a function whose passes are replays: values and gradients of the originals."""
    torch.manual_seed(0)
    module, function = nn.Linear(3, 2).cuda(), lambda x, y: (x * y, x.sum())
    plain = copy.deepcopy(module)
    sample = torch.ones(4, 3, device="cuda", requires_grad=True)
    samples = torch.ones(4, 2, device="cuda", requires_grad=True), torch.ones(4, 2, device="cuda")
    graphed = torch.cuda.make_graphed_callables((module, function), ((sample,), samples))
    assert graphed[0] is module
    for _ in range(2):
        x, scale = torch.randn(4, 3).cuda().requires_grad_(), torch.randn(4, 2).cuda()
        again = x.detach().requires_grad_()
        product, total = graphed[1](module(x), scale)
        expected_product, expected_total = function(plain(again), scale)
        assert torch.equal(product, expected_product) and torch.equal(total, expected_total)
        (product.sum() * 2 + total).backward()
        (expected_product.sum() * 2 + expected_total).backward()
        assert torch.equal(x.grad, again.grad) and torch.equal(module.weight.grad, plain.weight.grad)
    module.eval()
    assert torch.equal(module(x), plain(x))  # another mode than the recording's: not replayed
    with pytest.raises(AssertionError, match="must contain only Tensors"):
        torch.cuda.make_graphed_callables(function, (sample, 2))
    plain.register_forward_hook(lambda *arguments: None)
    with pytest.raises(AssertionError, match="Modules must not have hooks"):
        torch.cuda.make_graphed_callables(plain, (sample,))
