"""PyTorch's own database of operations, run on minitorch. PyTorch: test/test_ops.py."""
