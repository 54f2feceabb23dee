"""Operations of networks as torch itself has them: other orders of arguments than in nn.functional, reductions as numbers. PyTorch: native_functions.yaml."""

from collections.abc import Sequence

from minitorch._tensor import Tensor
from minitorch.ops import embedding as of_embedding
from minitorch.ops import loss, margin_loss, max_pool, norm

_REDUCTIONS = ("none", "mean", "sum")  # their numbers


def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """See nn.functional.batch_norm. PyTorch: torch.batch_norm."""
    return norm.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """See nn.functional.instance_norm. PyTorch: torch.instance_norm."""
    return norm.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Tensor:
    """See nn.functional.layer_norm. PyTorch: torch.layer_norm."""
    return norm.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """See nn.functional.group_norm. PyTorch: torch.group_norm."""
    return norm.group_norm(input, num_groups, weight, bias, eps)


def embedding(
    weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Tensor:
    """See nn.functional.embedding; the table comes first, and -1 means no padding. PyTorch: torch.embedding."""
    padding = None if padding_idx == -1 else padding_idx
    return of_embedding.embedding(indices, weight, padding, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse)


def adaptive_max_pool1d(input: Tensor, output_size: int | Sequence[int]) -> tuple[Tensor, Tensor]:
    """The largest elements and their places: see nn.functional.adaptive_max_pool1d. PyTorch: torch.adaptive_max_pool1d."""
    return max_pool.adaptive_max_pool1d(input, output_size, return_indices=True)


def kl_div(input: Tensor, target: Tensor, reduction: int = 1, *, log_target: bool = False) -> Tensor:
    """See nn.functional.kl_div. PyTorch: torch.kl_div."""
    each = loss.kl_div(input, target, reduction="none", log_target=log_target)
    return loss.reduced(each, _REDUCTIONS[reduction])


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: int = 1,
) -> Tensor:
    """See nn.functional.binary_cross_entropy_with_logits. PyTorch: torch.binary_cross_entropy_with_logits."""
    return loss.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight
    )


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 1
) -> Tensor:
    """See nn.functional.cosine_embedding_loss. PyTorch: torch.cosine_embedding_loss."""
    return margin_loss.cosine_embedding_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 1) -> Tensor:
    """See nn.functional.hinge_embedding_loss. PyTorch: torch.hinge_embedding_loss."""
    return margin_loss.hinge_embedding_loss(input, target, margin, reduction=_REDUCTIONS[reduction])


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 1
) -> Tensor:
    """See nn.functional.margin_ranking_loss; here the shapes broadcast. PyTorch: torch.margin_ranking_loss."""
    each = (-target * (input1 - input2) + margin).clamp_min(0)
    return loss.reduced(each, _REDUCTIONS[reduction])


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 1,
) -> Tensor:
    """See nn.functional.triplet_margin_loss. PyTorch: torch.triplet_margin_loss."""
    return margin_loss.triplet_margin_loss(
        anchor, positive, negative, margin, p, eps, swap, reduction=_REDUCTIONS[reduction]
    )


def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """See nn.functional.poisson_nll_loss. PyTorch: torch.poisson_nll_loss."""
    return margin_loss.poisson_nll_loss(
        input, target, log_input, full, eps=eps, reduction=_REDUCTIONS[reduction]
    )
