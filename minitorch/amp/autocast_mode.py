"""autocast: a block that may compute in lower precision; here always float32. PyTorch: torch/amp/autocast_mode.py."""

import functools
import warnings
from collections.abc import Callable

from minitorch import cuda, types


class autocast:
    """A block, or a decorated function, that computes as it would outside. PyTorch: torch.autocast.

    PyTorch's default on the CPU is bfloat16; minitorch stays in float32 and says so in a UserWarning. Asking
    for bfloat16 or float16 by name raises RuntimeError. For a GPU that is not there it warns, as PyTorch
    does, and changes nothing.
    """

    def __init__(
        self,
        device_type: str,
        dtype: types.dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.device = types.device(device_type).type
        self.fast_dtype = get_autocast_dtype(self.device) if dtype is None else dtype
        self._enabled = False
        if not enabled:
            return
        if self.device == "cuda" and not cuda.is_available():
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)
        elif dtype in (None, types.float32):
            warnings.warn(f"autocast({device_type!r}): minitorch goes on in float32", stacklevel=2)
        else:
            raise RuntimeError(
                f"autocast({device_type!r}, dtype={dtype}): minitorch has no lower precision; it computes in float32 "
                "(dtype=torch.float32, or enabled=False)"
            )

    def __enter__(self) -> "autocast":
        return self

    def __exit__(self, *unused) -> None:
        pass

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def decorated(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return decorated


class cuda_autocast(autocast):
    """autocast("cuda"), by its older name. PyTorch: torch.cuda.amp.autocast."""

    def __init__(
        self, enabled: bool = True, dtype: types.dtype = types.float16, cache_enabled: bool = True
    ) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


def is_autocast_available(device_type: str) -> bool:
    """Whether autocast takes this kind of device. RuntimeError if none has the name. PyTorch: as named."""
    return types.device(device_type).type in ("cpu", "cuda")


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether a lower precision is in use: never. PyTorch: torch.is_autocast_enabled."""
    if device_type is not None:
        types.device(device_type)
    return False


def get_autocast_dtype(device_type: str) -> types.dtype:
    """The dtype that PyTorch's autocast has by default. PyTorch: torch.get_autocast_dtype."""
    return types.float16 if types.device(device_type).type == "cuda" else types.bfloat16


def custom_fwd(fwd: Callable | None = None, *, device_type: str = "cuda", cast_inputs: types.dtype | None = None):
    """Marks the forward of a Function; it runs as it is. PyTorch: torch.amp.custom_fwd."""
    return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs) if fwd is None else fwd


def custom_bwd(bwd: Callable | None = None, *, device_type: str = "cuda"):
    """Marks the backward of a Function; it runs as it is. PyTorch: torch.amp.custom_bwd."""
    return functools.partial(custom_bwd, device_type=device_type) if bwd is None else bwd
