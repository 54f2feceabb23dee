"""Datasets, samplers and the loader that makes batches of them. PyTorch: torch/utils/data/__init__.py."""

from minitorch.utils.data._utils.collate import default_collate as default_collate
from minitorch.utils.data._utils.collate import default_convert as default_convert
from minitorch.utils.data._utils.worker import get_worker_info as get_worker_info
from minitorch.utils.data.dataloader import DataLoader as DataLoader
from minitorch.utils.data.dataset import ChainDataset as ChainDataset
from minitorch.utils.data.dataset import ConcatDataset as ConcatDataset
from minitorch.utils.data.dataset import Dataset as Dataset
from minitorch.utils.data.dataset import IterableDataset as IterableDataset
from minitorch.utils.data.dataset import StackDataset as StackDataset
from minitorch.utils.data.dataset import Subset as Subset
from minitorch.utils.data.dataset import TensorDataset as TensorDataset
from minitorch.utils.data.dataset import random_split as random_split
from minitorch.utils.data.distributed import DistributedSampler as DistributedSampler
from minitorch.utils.data.sampler import BatchSampler as BatchSampler
from minitorch.utils.data.sampler import RandomSampler as RandomSampler
from minitorch.utils.data.sampler import Sampler as Sampler
from minitorch.utils.data.sampler import SequentialSampler as SequentialSampler
from minitorch.utils.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from minitorch.utils.data.sampler import WeightedRandomSampler as WeightedRandomSampler
