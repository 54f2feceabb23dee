"""Settings of the process that scripts make and ask for. PyTorch: torch/__init__.py, aten/src/ATen/Context.cpp.

Results are always deterministic and in full precision here, so most settings are kept and change nothing.
"""

import warnings

from minitorch import types

_deterministic = {"enabled": False, "warn_only": False}
_precision = "highest"
_warn_always = False


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Kept: every operation is deterministic anyway. TypeError for no bool. PyTorch: as named."""
    for position, (name, value) in enumerate((("mode", mode), ("warn_only", warn_only)), 1):
        if not isinstance(value, bool):
            place = f"argument '{name}' (position {position})" if position == 1 else f"argument '{name}'"
            raise TypeError(f"_set_deterministic_algorithms(): {place} must be bool, not {type(value).__name__}")
    _deterministic.update(enabled=mode, warn_only=warn_only)


def are_deterministic_algorithms_enabled() -> bool:
    """What use_deterministic_algorithms set. PyTorch: torch.are_deterministic_algorithms_enabled."""
    return _deterministic["enabled"]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Its `warn_only`. PyTorch: torch.is_deterministic_algorithms_warn_only_enabled."""
    return _deterministic["warn_only"]


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """"default" (0), "warn" (1) or "error" (2): the same by other names. PyTorch: as named."""
    levels = {"default": 0, "warn": 1, "error": 2}
    if not isinstance(debug_mode, int | str):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str):
        if debug_mode not in levels:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = levels[debug_mode]
    if debug_mode not in levels.values():
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    _deterministic.update(enabled=debug_mode > 0, warn_only=debug_mode == 1)


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2. PyTorch: torch.get_deterministic_debug_mode."""
    return (1 if _deterministic["warn_only"] else 2) if _deterministic["enabled"] else 0


def set_float32_matmul_precision(precision: str) -> None:
    """Kept: products are of full precision. A warning for an unknown word, as PyTorch's. PyTorch: as named."""
    global _precision
    if precision in ("highest", "high", "medium"):
        _precision = precision
        return
    warnings.warn(
        f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
        "setFloat32MatmulPrecision call has no effect.",
        stacklevel=2,
    )


def get_float32_matmul_precision() -> str:
    """What set_float32_matmul_precision set. PyTorch: torch.get_float32_matmul_precision."""
    return _precision


def set_flush_denormal(mode: bool) -> bool:
    """False: the smallest numbers are always kept. PyTorch: torch.set_flush_denormal."""
    return False


def set_warn_always(b: bool) -> None:
    """Kept. PyTorch: torch.set_warn_always."""
    global _warn_always
    _warn_always = b


def is_warn_always_enabled() -> bool:
    """What set_warn_always set. PyTorch: torch.is_warn_always_enabled."""
    return _warn_always


def set_default_tensor_type(t: "type | str") -> None:
    """Set the default dtype by the name of a tensor type: torch.DoubleTensor. TypeError for integers.

    PyTorch: torch.set_default_tensor_type.
    """
    name = t if isinstance(t, str) else f"torch.{getattr(t, '__name__', '')}"
    for dtype, tensor_name in types.TENSOR_NAME.items():
        if name == tensor_name and dtype.is_floating_point:
            types.set_default_dtype(dtype)
            return
    raise TypeError("invalid type object: only floating-point types are supported as the default type")
