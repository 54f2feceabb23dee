"""Which entries of PyTorch's database of operations there are, and which are in scope. PyTorch: torch/testing/_internal/common_methods_invocations.py."""

import functools
import re

from torch.testing._internal.common_methods_invocations import op_db

# Why an entry is outside the dense, real-valued operations of the CPU: the first pattern that its name matches.
OUTSIDE = {
    r"(fft|special|masked|signal|sparse)\..*|to_sparse": "a namespace of its own",
    r"_?stft|istft": "a Fourier transform",
    r"c(double|float|half)|chalf|complex|conj|conj_physical|resolve_(conj|neg)|view_as_(real|complex)|imag|real|polar|H|mH|vdot|isreal|angle|sgn|nn\.functional\.silu\.complex": "about complex numbers",
    r"jiterator_.*|bmm\.triton_optimized|torch\..*": "for CUDA, or internal",
    r"_[a-z].*|native_.*|.*_backward|.*\.decomposed|grid_sampler_[23]d|constant_pad_nd": "internal",
    r"(?!index_copy|masked_scatter).*_(copy|scatter)|unsafe_.*": "for functionalization",
    r"linalg\.(eig|eigvals|eigh|eigvalsh|householder_product|ldl.*|lstsq.*|lu.*|svd|svdvals|cond|pinv.*|matrix_rank.*|tensor(inv|solve)|norm\.subgrad.*|vander)": "a decomposition not asked for",
    r"svd.*|pca_lowrank|pinverse|geqrf|ormqr|lu|lu_.*|triangular_solve|matrix_exp|norm\.nuc|cholesky_(inverse|solve)": "a decomposition not asked for",
    r"nn\.functional\.upsample_.*": "an old name of interpolate",
    r"histogram(dd)?|hash_tensor|nonzero_static|empty_permuted|resize_(as_)?|nn\.functional\.(linear_cross_entropy.*|fractional_max_pool[23]d|ctc_loss|pdist|rrelu|multi_head_attention_forward|embedding_bag)": "not asked for",
}


def name_of(entry) -> str:
    """The name of an entry, with that of its variant: div.floor_rounding."""
    return entry.name + ("." + entry.variant_test_name if entry.variant_test_name else "")


@functools.cache
def entries() -> dict:
    """All entries by name. Raises RuntimeError where the installed torch has fewer than expected: its API is private."""
    result = {name_of(entry): entry for entry in op_db}
    if len(result) < 690:
        raise RuntimeError(f"torch's operation database has only {len(result)} entries")
    return result


def why_outside(name: str) -> str | None:
    """Why an entry is out of scope; None if it is in."""
    return next((reason for pattern, reason in OUTSIDE.items() if re.fullmatch(pattern, name)), None)
