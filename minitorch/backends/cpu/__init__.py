"""The CPU's vector instructions. PyTorch: torch/backends/cpu/__init__.py."""

from llvmlite import binding


def get_cpu_capability() -> str:
    """The widest vector instructions of this machine, as PyTorch names them. PyTorch: get_cpu_capability."""
    features = binding.get_host_cpu_features()
    if features.get("avx512f") and features.get("avx512dq") and features.get("avx512bw"):
        return "AVX512"
    return "AVX2" if features.get("avx2") and features.get("fma") else "DEFAULT"
