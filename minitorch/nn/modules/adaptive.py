"""A softmax over very many classes: frequent ones in front, rare ones in clusters. PyTorch: torch/nn/modules/adaptive.py."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from minitorch._tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.container import ModuleList, Sequential
from minitorch.nn.modules.linear import Linear
from minitorch.nn.modules.module import Module
from minitorch.ops.joining import cat


class _ASMoutput(NamedTuple):
    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """log_softmax of `n_classes` classes, the most frequent first, and the loss of the targets.

    The head has the classes below cutoffs[0] and one entry for each cluster; cluster i, the classes from cutoffs[i] to
    cutoffs[i + 1], sees the input in in_features / div_value**(i + 1) dimensions. Called with input (N, in_features) or
    (in_features,) and target (N,) or (): returns the targets' logarithms and minus their mean. Raises ValueError for
    cutoffs that do not ascend, RuntimeError for a target that is no class. PyTorch: torch.nn.AdaptiveLogSoftmaxWithLoss.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if cutoffs != sorted({int(each) for each in cutoffs}) or cutoffs[0] <= 0 or cutoffs[-1] > n_classes - 1:
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value "
                "is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for cluster, (low, high) in enumerate(pairwise(self.cutoffs)):
            hidden = int(in_features // (div_value ** (cluster + 1)))
            into = Linear(in_features, hidden, False, device, dtype)
            self.tail.append(Sequential(into, Linear(hidden, high - low, False, device, dtype)))

    def reset_parameters(self) -> None:
        """New initial values."""
        self.head.reset_parameters()
        for into, out_of in self.tail:
            into.reset_parameters()
            out_of.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        _check(input_, target_)
        input, target = (input_, target_) if target_.dim() else (input_.unsqueeze(0), target_.unsqueeze(0))
        if not ((target >= 0) & (target < self.n_classes)).all():
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{target.min().item()}, "
                f"{target.max().item()}] were found. "
            )
        output = input.new_zeros(target.size(0))
        places = target.clone()  # in the head: of the class, or of its cluster
        for cluster, (low, high) in enumerate(pairwise(self.cutoffs)):
            rows = ((target >= low) & (target < high)).nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            places[rows] = self.shortlist_size + cluster
            within = F.log_softmax(self.tail[cluster](input.index_select(0, rows)), dim=1)
            output = output.index_copy(0, rows, within.gather(1, (target[rows] - low).unsqueeze(1)).squeeze(1))
        output = output + F.log_softmax(self.head(input), dim=1).gather(1, places.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if target_.dim() else output.squeeze(0), loss)

    def log_prob(self, input: Tensor) -> Tensor:
        """The logarithms of all classes' probabilities, of input (N, in_features): (N, n_classes)."""
        return self._all(input, self.head(input))

    def _all(self, input: Tensor, logits: Tensor) -> Tensor:
        head = F.log_softmax(logits, dim=1)
        parts = [head[:, : self.shortlist_size]]
        for cluster, tail in enumerate(self.tail):
            of_cluster = head[:, self.shortlist_size + cluster].unsqueeze(1)
            parts.append(F.log_softmax(tail(input), dim=1) + of_cluster)
        return cat(parts, dim=1)

    def predict(self, input: Tensor) -> Tensor:
        """The most likely class, of input (N, in_features): (N,).

        As in PyTorch, where the head's most likely entry is a class of its own, no cluster is looked into.
        """
        logits = self.head(input)
        result = logits.argmax(dim=1)
        clustered = result >= self.shortlist_size
        if clustered.any():
            result[clustered] = self._all(input[clustered], logits[clustered]).argmax(dim=1)
        return result


def _check(input: Tensor, target: Tensor) -> None:
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() == 1 and input.size(0) != target.size(0):
        raise RuntimeError("Input and target should have the same size in the batch dimension.")
    if input.dim() != target.dim() + 1:
        raise RuntimeError(
            f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, but found inputs with size "
            f"{input.size()}"
        )
