"""How attention is cut into blocks of queries, on every device. PyTorch: ATen/native/cpu/FlashAttentionKernel.cpp."""

from collections.abc import Iterator


def blocks_of(
    shape: tuple[int, ...], keys: int, causal: bool, most: int, least_rows: int
) -> Iterator[tuple[slice, int, int, int]]:
    """Cut attention's (heads, queries, ...) into blocks of about `most` scores, of `least_rows` queries or more.

    Some heads, the first and the last query of each block, and how many keys it sees.
    """
    heads, length = shape[:2]
    together = min(heads, max(1, most // (keys * min(length, least_rows))))
    rows = max(least_rows, most // (together * keys))
    for head in range(0, heads, together):
        for first in range(0, length, rows):
            last = min(length, first + rows)
            yield slice(head, min(heads, head + together)), first, last, min(keys, last) if causal else keys
