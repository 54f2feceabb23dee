"""SparseAdam, for sparse gradients only. PyTorch: torch/optim/sparse_adam.py."""

from minitorch._tensor import Tensor
from minitorch.optim._each import EachParameter, require
from minitorch.optim.optimizer import check_tensor_lr


class SparseAdam(EachParameter):
    """Adam that moves only what a sparse gradient names. PyTorch: torch.optim.SparseAdam.

    minitorch has no sparse tensors: step() raises PyTorch's RuntimeError for dense gradients.
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ):
        check_tensor_lr(lr)
        require(lr > 0.0, f"Invalid learning rate: {lr}")
        require(eps > 0.0, f"Invalid epsilon value: {eps}")
        for place in range(2):
            require(0.0 <= betas[place] < 1.0, f"Invalid beta parameter at index {place}: {betas[place]}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def _start(self, p, group):
        return {}

    def _update(self, p, g, state, group):
        raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
