"""Sequences of several lengths in one tensor: padded, or packed without padding. PyTorch: torch/nn/utils/rnn.py."""

from collections.abc import Sequence
from typing import NamedTuple

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.ops.convert import as_tensor, tensor
from minitorch.ops.creation import arange, empty_like
from minitorch.ops.index_select import index_select
from minitorch.ops.joining import cat
from minitorch.ops.sort import sort


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """The elements of sequences, step after step, longest sequence first. PyTorch: torch.nn.utils.rnn.PackedSequence.

    data (elements, *); batch_sizes: how many sequences still go on at each step, int64 on the CPU; sorted_indices: which
    sequence stands in each place. Made by pack_padded_sequence and pack_sequence.
    """

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            data, batch_sizes = data
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def __repr__(self) -> str:
        return "PackedSequence" + _Fields.__repr__(self).removeprefix(type(self).__name__).removeprefix("_Fields")

    def to(self, *args, **kwargs) -> "PackedSequence":
        """The data in another dtype or on another device."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        places = [each if each is None else each.to(data.device) for each in self[2:]]
        return type(self)(data, self.batch_sizes, *places)

    def double(self) -> "PackedSequence":
        """The data as float64."""
        return self.to(types.float64)

    def float(self) -> "PackedSequence":
        """The data as float32."""
        return self.to(types.float32)

    def cpu(self) -> "PackedSequence":
        """On the CPU."""
        return self.to("cpu")

    def cuda(self, *args, **kwargs) -> "PackedSequence":
        """On the GPU. Raises an error that says why where there is none."""
        return self if self.is_cuda else self.to("cuda", *args, **kwargs)

    def pin_memory(self) -> "PackedSequence":
        """In memory of the host that the GPU reads by itself. Raises RuntimeError without one."""
        places = [each if each is None else each.pin_memory() for each in self[2:]]
        return type(self)(self.data.pin_memory(), self.batch_sizes, *places)

    @property
    def is_cuda(self) -> bool:
        """Whether the data is on a GPU."""
        return self.data.is_cuda

    def is_pinned(self) -> bool:
        """Whether the GPU reads the data by itself."""
        return self.data.is_pinned()


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each place went. PyTorch: torch.nn.utils.rnn.invert_permutation."""
    if permutation is None:
        return None
    result = empty_like(permutation)
    result[permutation] = arange(permutation.numel(), dtype=permutation.dtype, device=permutation.device)
    return result


def pack_padded_sequence(
    input: Tensor,  # (T, B, *) or, batch_first, (B, T, *)
    lengths: Tensor | Sequence[int],
    batch_first: bool = False,
    enforce_sorted: bool = True,
) -> PackedSequence:
    """The sequences without their padding. Raises RuntimeError for lengths that do not fit, or do not descend.

    PyTorch: torch.nn.utils.rnn.pack_padded_sequence.
    """
    if not isinstance(lengths, Tensor):
        lengths = as_tensor(lengths, dtype=types.int64, device="cpu")
    if enforce_sorted:
        sorted_indices = None
    else:
        lengths, sorted_indices = sort(lengths, descending=True)
        sorted_indices = sorted_indices.to(input.device)
        input = index_select(input, 0 if batch_first else 1, sorted_indices)
    if batch_first:
        input = input.transpose(0, 1)
    sizes = lengths.tolist()
    if len(sizes) != input.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(sizes)} (batch_size={input.shape[1]})"
        )
    if sizes and min(sizes) <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if sizes != sorted(sizes, reverse=True):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do "
            "not need ONNX exportability."
        )
    going_on = [sum(size > step for size in sizes) for step in range(sizes[0])]
    data = cat([input[step, :count] for step, count in enumerate(going_on)])
    return PackedSequence(data, tensor(going_on, dtype=types.int64, device="cpu"), sorted_indices, None)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """The padded sequences, in their first order, and their lengths. PyTorch: torch.nn.utils.rnn.pad_packed_sequence."""
    sizes = sequence.batch_sizes.tolist()
    steps = len(sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {steps}"
            )
        steps = total_length
    data = sequence.data
    padded = data.new_full((steps, sizes[0], *data.shape[1:]), padding_value)
    start = 0
    for step, size in enumerate(sizes):
        padded[step, :size] = data[start : start + size]
        start += size
    counts = [sum(size > place for size in sizes) for place in range(sizes[0])]
    lengths = tensor(counts, dtype=types.int64, device="cpu")
    if batch_first:
        padded = padded.transpose(0, 1)
    if sequence.unsorted_indices is not None:
        order = sequence.unsorted_indices
        return index_select(padded, 0 if batch_first else 1, order), lengths[order.cpu()]
    return padded, lengths


def pad_sequence(
    sequences: Sequence[Tensor],  # each (L, *)
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:  # (T, B, *) or, batch_first, (B, T, *)
    """The sequences side by side, as long as the longest. PyTorch: torch.nn.utils.rnn.pad_sequence."""
    if isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)
    sequences = list(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    longest = max(each.shape[0] for each in sequences)
    first = sequences[0]
    padded = first.new_full((len(sequences), longest, *first.shape[1:]), padding_value)
    for place, each in enumerate(sequences):
        size = each.shape[0]
        padded[place, longest - size if padding_side == "left" else 0 :][:size] = each
    return padded if batch_first else padded.transpose(0, 1).contiguous()


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences one by one, without their padding. PyTorch: torch.nn.utils.rnn.unpad_sequence."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    return [each[:length] for each, length in zip(padded_sequences, lengths.tolist())]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of several lengths, packed. PyTorch: torch.nn.utils.rnn.pack_sequence."""
    lengths = as_tensor([each.size(0) for each in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed one. PyTorch: torch.nn.utils.rnn.unpack_sequence."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
