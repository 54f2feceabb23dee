"""Tensors in files of the safetensors library (extra `io`). PyTorch: none (there: safetensors, safetensors.torch).

`minitorch run` gives this to a script that imports safetensors. The library writes and reads the files, as NumPy arrays.
"""

try:
    from safetensors import SafetensorError as SafetensorError
except ModuleNotFoundError as error:
    if error.name == "safetensors":
        error.msg += " (minitorch.safetensors reads and writes with it: pip install minitorch[io])"
    raise

from minitorch.safetensors._file import safe_open as safe_open
