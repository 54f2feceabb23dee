"""Updates of all parameters of a group in one launch. PyTorch: ATen/native/cuda/Fused{SGD,Adam}Kernel.cu."""

from collections.abc import Sequence

from minitorch.kernels import cpu
from minitorch.kernels.cuda._host import through_the_host
from minitorch.kernels.cuda.array import DeviceArray


def adam(params: Sequence[DeviceArray], grads: Sequence[DeviceArray], exp_avgs: Sequence[DeviceArray], exp_avg_sqs: Sequence[DeviceArray], max_exp_avg_sqs: Sequence[DeviceArray], steps: Sequence[DeviceArray], lr: float, beta1: float, beta2: float, eps: float, weight_decay: float, amsgrad: bool, maximize: bool, decoupled_weight_decay: bool) -> None:
    """Adam and AdamW, in place. `max_exp_avg_sqs` is read if `amsgrad`. Computed on the CPU."""
    return through_the_host(cpu.adam, params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay)


def rmsprop(params: Sequence[DeviceArray], grads: Sequence[DeviceArray], square_avgs: Sequence[DeviceArray], grad_avgs: Sequence[DeviceArray], buffers: Sequence[DeviceArray], steps: Sequence[DeviceArray], lr: float, alpha: float, eps: float, weight_decay: float, momentum: float, centered: bool, maximize: bool) -> None:
    """RMSprop, in place. `grad_avgs` is read if `centered`, `buffers` if there is momentum. Computed on the CPU."""
    return through_the_host(cpu.rmsprop, params, grads, square_avgs, grad_avgs, buffers, steps, lr, alpha, eps, weight_decay, momentum, centered, maximize)


def sgd(params: Sequence[DeviceArray], grads: Sequence[DeviceArray], momentum_buffers: Sequence[DeviceArray], lr: float, momentum: float, dampening: float, weight_decay: float, nesterov: bool, maximize: bool) -> None:
    """Stochastic gradient descent, in place. `momentum_buffers` is used if there is momentum. Computed on the CPU."""
    return through_the_host(cpu.sgd, params, grads, momentum_buffers, lr, momentum, dampening, weight_decay, nesterov, maximize)
