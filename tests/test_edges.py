"""What scripts ask for around the tensors: devices, settings, versions, mixed precision. PyTorch: torch/__init__.py."""

import warnings

import pytest
from helpers import needs_torch, torch

import minitorch

SAME = """\
accelerator.is_available()
accelerator.device_count()
accelerator.current_accelerator()
accelerator.current_device_index()
accelerator.set_device_index(0)
accelerator.synchronize()
accelerator.empty_cache()
accelerator.memory_allocated()
cuda.is_available()
cuda.device_count()
cuda.is_initialized()
cuda.is_bf16_supported()
cuda.init()
cuda.current_device()
cuda.set_device(-1)
cuda.get_device_name(0)
cuda.get_device_properties(0)
cuda.get_device_capability()
cuda.get_arch_list()
cuda.synchronize()
cuda.empty_cache()
cuda.memory_allocated()
cuda.max_memory_allocated()
cuda.memory_reserved()
cuda.max_memory_reserved()
cuda.mem_get_info()
cuda.ipc_collect()
cuda.current_stream()
cuda.Event(enable_timing=True)
cuda.Stream()
cuda.manual_seed(1)
cuda.manual_seed_all(1)
cuda.seed_all()
cuda.initial_seed()
cuda.get_rng_state()
cuda.get_rng_state_all()
cuda.set_rng_state_all([])
backends.cuda.is_built()
backends.cuda.matmul.allow_tf32
backends.cuda.flash_sdp_enabled()
backends.cudnn.is_available()
backends.cudnn.version()
backends.cudnn.enabled
backends.cudnn.benchmark
backends.cudnn.deterministic
backends.cudnn.allow_tf32
backends.mkldnn.enabled
backends.mps.is_available()
backends.mps.is_built()
backends.openmp.is_available()
backends.opt_einsum.enabled
backends.cpu.get_cpu_capability()
mps.is_available()
mps.manual_seed(0)
mps.empty_cache()
xpu.is_available()
xpu.device_count()
cpu.is_available()
get_default_device()
get_float32_matmul_precision()
set_float32_matmul_precision('x')
use_deterministic_algorithms(1)
use_deterministic_algorithms('x')
are_deterministic_algorithms_enabled()
get_deterministic_debug_mode()
set_deterministic_debug_mode('x')
set_deterministic_debug_mode(3)
set_num_interop_threads(0)
set_num_interop_threads(1.5)
set_default_device('nope')
set_default_dtype(torch.int64)
set_default_tensor_type(3)
is_warn_always_enabled()
version.cuda
version.hip
version.debug
compiler.is_compiling()
jit.is_scripting()
jit.is_tracing()
distributed.is_initialized()
distributed.get_rank()
distributed.get_world_size()
distributed.barrier()
is_storage(3)
is_tensor(torch.zeros(2))
is_tensor([1])
is_nonzero(torch.tensor(2))
is_nonzero(torch.zeros(2))
is_complex(torch.zeros(2))
is_floating_point(torch.zeros(2))
numel(torch.zeros(2, 3))
typename(torch.zeros(1))
typename(3)
typename([])
amp.is_autocast_available('cpu')
amp.is_autocast_available('nope')
is_autocast_enabled()
is_autocast_enabled('cpu')
get_autocast_dtype('cpu')
get_autocast_dtype('cuda')
autocast('nope')
autocast(3)
amp.GradScaler('cpu').state_dict()
amp.GradScaler('cpu').get_scale()
amp.GradScaler('cpu').scale(3)
amp.GradScaler('cpu').update()
amp.GradScaler('cpu').unscale_(None)
amp.GradScaler('cpu').load_state_dict({})
amp.GradScaler('cpu', growth_factor=1.0)
amp.GradScaler('cuda').state_dict()
amp.GradScaler('cuda').get_scale()
amp.GradScaler('cuda').scale(3)
cuda.amp.GradScaler().is_enabled()
bfloat16
bfloat16.itemsize
bfloat16.is_floating_point
Size([2, 3]).numel()
finfo(torch.float32)
iinfo(torch.uint8)
finfo(torch.int64)
FloatTensor([1, 2])
LongTensor([[1, 2], [3, 4]])
LongTensor([1.5, 2.5])
ByteTensor([1])
BoolTensor([True, False])
DoubleTensor(torch.DoubleTensor([3]))
FloatTensor(2, 3).shape
FloatTensor(torch.Size([4])).dtype
FloatTensor
isinstance(torch.zeros(1), torch.FloatTensor)
isinstance(torch.zeros(1), torch.LongTensor)
issubclass(torch.FloatTensor, object)
zeros(1).type(torch.LongTensor)
zeros(1).type('torch.LongTensor')
zeros(1).type() == 'torch.FloatTensor'
zeros(1).is_cuda
zeros(1).get_device()
zeros(1).device
zeros(1, device='cuda')
zeros(1).cuda()
zeros(1).to('cuda')
nn.Linear(1, 1).cuda()
nn.Linear(1, 1).to('cuda:0')
""".splitlines()


def outcome(library, expression):
    """What it gives or raises, as text."""
    text = expression if expression.startswith(("isinstance", "issubclass")) else f"torch.{expression}"
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            result = repr(eval(text, {"torch": library}))
        except Exception as error:
            return type(error).__name__, str(error).splitlines()[:1]
    texts = [str(each.message).splitlines()[0].split(" (Triggered")[0] for each in heard]
    return result, [each for each in texts if "deprecated" not in each]


@needs_torch
@pytest.mark.parametrize("expression", SAME)
def test_same_answer(expression):
    """The same value, warning or error as a PyTorch that sees no GPU."""
    if torch.cuda.is_available():
        pytest.skip("this PyTorch sees a GPU, and answers for it")
    assert outcome(minitorch, expression) == outcome(torch, expression)


def test_settings_are_kept():
    """What a script sets, it reads again; nothing else changes."""
    try:
        minitorch.use_deterministic_algorithms(True, warn_only=True)
        assert minitorch.are_deterministic_algorithms_enabled()
        assert minitorch.is_deterministic_algorithms_warn_only_enabled()
        assert minitorch.get_deterministic_debug_mode() == 1
        minitorch.set_deterministic_debug_mode("error")
        assert minitorch.get_deterministic_debug_mode() == 2
        minitorch.set_float32_matmul_precision("high")
        minitorch.set_float32_matmul_precision("high")
        assert minitorch.get_float32_matmul_precision() == "high"
        minitorch.set_num_interop_threads(3)
        assert minitorch.get_num_interop_threads() == 3
        minitorch.set_default_tensor_type(minitorch.DoubleTensor)
        assert minitorch.zeros(1).dtype is minitorch.float64
    finally:
        minitorch.use_deterministic_algorithms(False)
        minitorch.set_float32_matmul_precision("highest")
        minitorch.set_default_tensor_type("torch.FloatTensor")
    cudnn = minitorch.backends.cudnn
    with cudnn.flags(enabled=False, benchmark=True):
        assert (cudnn.enabled, cudnn.benchmark) == (False, True)
    assert (cudnn.enabled, cudnn.benchmark) == (True, False)


def test_default_device():
    """Set, or for a block: new tensors are made there; a device that is not there fails when it is used."""
    with minitorch.device("cpu") as device:
        assert minitorch.zeros(1).device == device == minitorch.get_default_device()
    with minitorch.device("cuda"), minitorch.device("cpu"):
        assert minitorch.ones(1).device.type == "cpu"
    assert minitorch.get_default_device() == minitorch.device("cpu")
    if minitorch.cuda.is_available():
        return
    try:
        minitorch.set_default_device("cuda")
        with pytest.raises(AssertionError, match="CUDA"):
            minitorch.zeros(1)
        assert minitorch.zeros(1, device="cpu").device.type == "cpu"
    finally:
        minitorch.set_default_device(None)
    assert minitorch.zeros(1).device.type == "cpu"


def test_bfloat16_is_a_name_only():
    """Scripts name it in tables; a tensor of it is one clear error."""
    for make in (
        lambda: minitorch.zeros(1, dtype=minitorch.bfloat16),
        lambda: minitorch.zeros(1).to(minitorch.bfloat16),
        lambda: minitorch.tensor([1.0], dtype=minitorch.bfloat16),
        lambda: minitorch.nn.Linear(1, 1).to(minitorch.bfloat16),
        lambda: minitorch.nn.Linear(1, 1, dtype=minitorch.bfloat16),
    ):
        with pytest.raises(TypeError, match="minitorch has no tensors of torch.bfloat16"):
            make()


def test_autocast_computes_in_float32():
    """On the CPU with a warning; a lower precision by name is refused; disabled, it is silent."""
    x = minitorch.ones(2, 2)
    with pytest.warns(UserWarning, match="goes on in float32"), minitorch.autocast("cpu"):
        assert (x @ x).dtype is minitorch.float32
    for dtype in (minitorch.bfloat16, minitorch.float16):
        with pytest.raises(RuntimeError, match=r"autocast\('cpu', dtype=torch\..*float16\): minitorch has no lower"):
            minitorch.amp.autocast("cpu", dtype=dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with minitorch.autocast("cuda", dtype=minitorch.float16, enabled=False):
            pass

        @minitorch.autocast("cpu", enabled=False)
        def double(value):
            return 2 * value

    assert double(3) == 6


@needs_torch
def test_grad_scaler_trains_as_in_pytorch():
    """Overflow, backoff, growth, clipping in between: the same weights and states after every step."""

    def train(library):
        weight = library.nn.Parameter(library.tensor([1.0, -2.0, 0.5]))
        optimizer = library.optim.SGD([weight], lr=0.1 * 2.0**-30, momentum=0.9)
        scaler = library.amp.GradScaler("cpu", init_scale=2.0**100, growth_interval=2)
        seen = []
        for step in range(40):
            optimizer.zero_grad()
            loss = weight.pow(2).sum() * 2.0**30
            scaler.scale(loss).backward()
            if step % 2:
                scaler.unscale_(optimizer)
                library.nn.utils.clip_grad_norm_([weight], 1.0)
            scaler.step(optimizer)
            scaler.update()
            seen.append((scaler.state_dict(), weight.tolist()))
        for again in (scaler.unscale_, scaler.step):
            scaler.scale(weight.sum()).backward()
            again(optimizer)
            with pytest.raises(RuntimeError) as caught:
                again(optimizer)
            seen.append(str(caught.value))
            if again == scaler.unscale_:
                scaler.step(optimizer)
            scaler.update()
        return seen

    ours, theirs = train(minitorch), train(torch)
    assert [each[0] for each in ours] == [each[0] for each in theirs]
    for mine, other in zip(ours[:-2], theirs[:-2]):
        assert mine[1] == pytest.approx(other[1], rel=1e-6)
    assert ours[-2:] == theirs[-2:]
    assert ours[0][0]["scale"] < 2.0**100  # it did overflow


def test_compile_returns_what_it_is_given():
    """As a function and as a decorator, with and without options."""
    model = minitorch.nn.Linear(2, 2)
    assert minitorch.compile(model, mode="max-autotune", fullgraph=True) is model

    @minitorch.compile
    def one():
        return 1

    @minitorch.compile(dynamic=False)
    def two():
        return 2

    @minitorch.compiler.disable()
    def three():
        return 3

    assert (one(), two(), three()) == (1, 2, 3)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda torch: torch.jit.script(abs), r"torch\.jit\.script: minitorch has no TorchScript"),
        (lambda torch: torch.jit.trace(abs, 1), r"torch\.jit\.trace: minitorch has no TorchScript"),
        (lambda torch: torch.hub.load("a/b", "c"), r"torch\.hub\.load: minitorch downloads no models"),
        (lambda torch: torch.distributed.init_process_group("gloo"), "minitorch has no process groups"),
    ],
)
def test_refusals_are_clear(call, message):
    """What minitorch will not do says its name and why, in one line."""
    with pytest.raises(RuntimeError, match=message) as caught:
        call(minitorch)
    assert "\n" not in str(caught.value)


def test_versions_compare_by_their_numbers():
    """As scripts ask: with text and with tuples."""
    version = minitorch.torch_version.TorchVersion("2.13.0+cpu")
    assert version > "2.9" and version >= "2.13" and version >= (1, 8) and version < (2, 14)
    assert version == "2.13.0" and version != "2.12" and not version < "1.10" and version <= "3"
    assert version.split(".")[0] == "2" and version.startswith("2.13") and f"{version}" == "2.13.0+cpu"
    assert version != "nightly"
    assert minitorch.version.__version__ == minitorch.__version__
    assert "Numba" in minitorch.__config__.show() and "threads" in minitorch.__config__.parallel_info()
