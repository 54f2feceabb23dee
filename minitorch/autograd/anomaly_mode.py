"""Anomaly mode: where the operation stood whose derivative fails, or is NaN. PyTorch: torch/autograd/anomaly_mode.py."""

import traceback
import warnings

from minitorch.autograd.grad_mode import anomaly, mode, unwatch, watch
from minitorch.autograd.node import Node


class set_detect_anomaly:
    """Switch anomaly mode on or off at once; as a context manager, restores it at the end.

    In anomaly mode every operation remembers where it was called, and with `check_nan` a backward pass that makes a NaN
    raises RuntimeError. PyTorch: torch.autograd.set_detect_anomaly.
    """

    def __init__(self, mode: bool, check_nan: bool = True):
        self._before = anomaly.enabled, anomaly.check_nan
        _switch(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *unused) -> None:
        _switch(*self._before)


class detect_anomaly:
    """A context in which anomaly mode is on. PyTorch: torch.autograd.detect_anomaly."""

    def __init__(self, check_nan: bool = True):
        self._check_nan = check_nan
        self._before = anomaly.enabled, anomaly.check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        _switch(True, self._check_nan)

    def __exit__(self, *unused) -> None:
        _switch(*self._before)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on. PyTorch: torch.is_anomaly_enabled."""
    return anomaly.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for NaN. PyTorch: torch.is_anomaly_check_nan_enabled."""
    return anomaly.check_nan


def _switch(enabled: bool, check_nan: bool) -> None:
    anomaly.enabled, anomaly.check_nan = enabled, check_nan
    (watch if enabled else unwatch)(remember)


def remember(node: Node) -> None:
    """Note in a new node's metadata where it was made, and in the derivative of which node."""
    if anomaly.enabled:
        node.metadata["traceback_"] = traceback.format_stack()[:-2]  # without this function and Function.apply
        node.metadata["parent_"] = mode.evaluating


def run_watched(node: Node, grads: list) -> tuple:
    """The node's derivative; where it fails or is NaN, a warning and a note say where the operation was called."""
    outer, mode.evaluating = mode.evaluating, node
    try:
        outgoing = node._run(grads)
        if anomaly.check_nan:
            for number, grad in enumerate(outgoing):
                if grad is not None and grad.is_floating_point() and bool((grad != grad).any()):
                    raise RuntimeError(f"Function '{node.name()}' returned nan values in its {number}th output.")
        return outgoing
    except Exception as error:
        _warn(node)
        lines = user_line(node)
        if lines:
            error.add_note(f"{node.name()} belongs to the operation called here:\n{lines.rstrip()}")
        raise
    finally:
        mode.evaluating = outer


def _warn(node: Node) -> None:
    stack = node.metadata.get("traceback_")
    if stack is None:
        warnings.warn(
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during forward "
            "pass for more information.",
            stacklevel=4,
        )
        return
    warnings.warn(
        f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(stack)}",
        stacklevel=4,
    )
    parent = node.metadata.get("parent_")
    while parent is not None:
        stack = parent.metadata.get("traceback_", ["(unknown)"])
        warnings.warn(
            f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the previous "
            f"calculation:\n{''.join(stack)}",
            stacklevel=4,
        )
        parent = parent.metadata.get("parent_")


def user_line(node: Node) -> str | None:
    """The last line of the user's own that led to the node: below it are only files of minitorch."""
    package = __file__.rsplit("autograd", 1)[0]
    for line in reversed(node.metadata.get("traceback_", [])):
        if f'File "{package}' not in line:
            return line
    return None
