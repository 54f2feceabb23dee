"""The commands of `minitorch`. PyTorch: none (nearest: torchrun, torch/distributed/run.py)."""
