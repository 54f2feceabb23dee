"""The methods of Tensor that are operations, by family. PyTorch: torch/_C/__init__.pyi (TensorBase)."""
