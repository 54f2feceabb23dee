"""What `pin_memory` does without an accelerator: warn. PyTorch: torch/utils/data/_utils/pin_memory.py."""

import warnings


def warn_of_pinning(device: str) -> None:
    """PyTorch's warnings for `DataLoader(pin_memory=True, pin_memory_device=device)`."""
    if device:
        warnings.warn(
            "pin_memory_device is deprecated, the current accelerator will be used as the device,"
            f"ignore pin_memory_device='{device}'.",
            stacklevel=2,
        )
    warnings.warn(
        "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
        stacklevel=2,
    )
