"""The parts of DataLoader: fetching, collating, workers. PyTorch: torch/utils/data/_utils/__init__.py."""

from minitorch.utils.data._utils import collate as collate
from minitorch.utils.data._utils import fetch as fetch
from minitorch.utils.data._utils import pin_memory as pin_memory
from minitorch.utils.data._utils import signal_handling as signal_handling
from minitorch.utils.data._utils import worker as worker
