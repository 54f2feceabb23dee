"""The arithmetic of the optimizers, in place. PyTorch: aten/src/ATen/native/{FusedSGD,FusedAdam}.cpp.

Each takes columns: number i of every list belongs to parameter number i. A column that the options make
needless may hold anything, such as the parameters again.
"""

from collections.abc import Iterator, Sequence
from types import ModuleType

import numpy as np

from minitorch._tensor import Tensor


def sgd(
    params: list[Tensor],
    grads: list[Tensor],
    momentum_buffers: list[Tensor],
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> None:
    """One step of stochastic gradient descent. PyTorch: torch.optim.sgd.sgd."""
    for kernels, columns in _launches(params, grads, momentum_buffers):
        kernels.sgd(*columns, lr, momentum, dampening, weight_decay, nesterov, maximize)


def rmsprop(
    params: list[Tensor],
    grads: list[Tensor],
    square_avgs: list[Tensor],
    grad_avgs: list[Tensor],
    momentum_buffers: list[Tensor],
    steps: list[Tensor],
    *,
    lr: float,
    alpha: float,
    eps: float,
    weight_decay: float,
    momentum: float,
    centered: bool,
    maximize: bool,
) -> None:
    """One step of RMSprop. PyTorch: torch.optim.rmsprop.rmsprop."""
    for kernels, columns in _launches(params, grads, square_avgs, grad_avgs, momentum_buffers, steps):
        kernels.rmsprop(*columns, lr, alpha, eps, weight_decay, momentum, centered, maximize)


def adam(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    exp_avg_sqs: list[Tensor],
    max_exp_avg_sqs: list[Tensor],
    steps: list[Tensor],
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    amsgrad: bool,
    maximize: bool,
    decoupled_weight_decay: bool,
) -> None:
    """One step of Adam or AdamW. PyTorch: torch.optim.adam.adam."""
    for kernels, columns in _launches(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps):
        kernels.adam(*columns, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay)


def _launches(*columns: list[Tensor]) -> Iterator[tuple[ModuleType, Sequence[Sequence[np.ndarray]]]]:
    """The columns as arrays, split by the parameters' device and dtype: one launch takes one kind."""
    params = columns[0]
    arrays = [[each.array for each in column] for column in columns]
    dtype = arrays[0][0].dtype if params else None
    if len({id(param) for param in params}) == len(params) and all(each.dtype == dtype for each in arrays[0]):
        if params:
            yield params[0].kernels, arrays
    else:
        kinds: dict[tuple[int, str], list] = {}
        turns: dict[int, int] = {}  # a parameter that is listed twice is updated once, and then again
        for param, row in zip(params, zip(*arrays)):
            turn = turns[id(param)] = turns.get(id(param), 0) + 1
            kinds.setdefault((turn, row[0].dtype.char), []).append(row)
        for rows in kinds.values():
            yield params[0].kernels, list(zip(*rows))
    for param in params:
        param._storage.version += 1
