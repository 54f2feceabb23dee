"""All steps of a recurrent layer in one launch. PyTorch: what it takes from oneDNN (mkldnn_rnn_layer)."""

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def recurrent(kind: str, projected: DeviceArray, h: DeviceArray, c: DeviceArray | None, weight: DeviceArray, bias: DeviceArray | None, reverse: bool) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """The outputs and the cells of all steps, (T, B, H), and what the derivative needs of the gates, (T, B, ...). Computed on the CPU."""
    return through_the_host(cpu.recurrent, kind, projected, h, c, weight, bias, reverse)


def recurrent_backward(kind: str, grad_output: DeviceArray | None, grad_h: DeviceArray | None, grad_c: DeviceArray | None, h: DeviceArray, c: DeviceArray | None, weight: DeviceArray, output: DeviceArray, cells: DeviceArray, gates: DeviceArray, reverse: bool) -> tuple[DeviceArray, DeviceArray, DeviceArray, DeviceArray, DeviceArray]:
    """The gradients of `projected`, `h`, `c` (if there is one), `weight` and `bias` of `recurrent`. Computed on the CPU."""
    return through_the_host(cpu.recurrent_backward, kind, grad_output, grad_h, grad_c, h, c, weight, output, cells, gates, reverse)
