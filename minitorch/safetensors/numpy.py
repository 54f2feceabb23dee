"""Dictionaries of arrays as safetensors files: the library's own functions. PyTorch: none (there: safetensors.numpy)."""

from safetensors.numpy import load as load
from safetensors.numpy import load_file as load_file
from safetensors.numpy import save as save
from safetensors.numpy import save_file as save_file
