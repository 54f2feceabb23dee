"""What a cache of memory blocks counts, by PyTorch's names, on every device. PyTorch: torch/cuda/memory.py (memory_stats)."""


def by_name(
    *,
    used: int,  # blocks in use
    kept: int,  # blocks in use or free
    leases: int,  # blocks ever given out; `leased`: their bytes
    leased: int,
    blocks: int,  # blocks ever made; `mapped`: their bytes
    mapped: int,
    returned: int,  # blocks given back to the system
    allocated: int,  # bytes of the blocks in use
    peak: int,
    reserved: int,  # bytes of the blocks that are kept
    peak_reserved: int,
    retries: int,
    failures: int,
) -> dict[str, int]:
    """`allocation` and `allocated_bytes` are of blocks in use, `segment` and `reserved_bytes` of all that are kept;
    `.allocated` and `.freed` add up since the process began.
    """
    return {
        "allocation.all.current": used,
        "allocation.all.allocated": leases,
        "allocation.all.freed": leases - used,
        "allocated_bytes.all.current": allocated,
        "allocated_bytes.all.peak": peak,
        "allocated_bytes.all.allocated": leased,
        "allocated_bytes.all.freed": leased - allocated,
        "segment.all.current": kept,
        "segment.all.allocated": blocks,
        "segment.all.freed": returned,
        "reserved_bytes.all.current": reserved,
        "reserved_bytes.all.peak": peak_reserved,
        "reserved_bytes.all.allocated": mapped,
        "reserved_bytes.all.freed": mapped - reserved,
        "num_alloc_retries": retries,
        "num_ooms": failures,
    }
