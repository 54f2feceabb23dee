"""A list of samples becomes one batch. PyTorch: torch/utils/data/_utils/collate.py."""

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence

import numpy as np

import minitorch

default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def default_collate(batch: list):
    """The samples stacked along a new first dimension; containers are collated entry by entry.

    Tensors, NumPy arrays and scalars, and the tensors of other libraries (through DLPack or `__array__`;
    PyTorch itself refuses those) become one tensor, floats float64 and ints int64; str and bytes stay a list;
    mappings, namedtuples and sequences keep their kind, tuples become lists. TypeError for anything else,
    RuntimeError for unequal sizes. PyTorch: torch.utils.data.default_collate.
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def default_convert(data):
    """NumPy arrays and the tensors of other libraries as tensors, inside containers too; all else as it is.

    PyTorch: torch.utils.data.default_convert.
    """
    if isinstance(data, (minitorch.Tensor, str, bytes)):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        # Text and objects have no tensor.
        return data if data.dtype.kind in "SUO" else minitorch.as_tensor(data)
    if isinstance(data, Mapping):
        return same_mapping(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, Sequence):
        return same_sequence(data, [default_convert(value) for value in data])
    if _is_foreign_tensor(data):
        return minitorch.as_tensor(_foreign_array(data))
    return data


def collate(batch: list, *, collate_fn_map: dict[type | tuple[type, ...], Callable] | None = None):
    """As default_collate, with the function for each type of element looked up in `collate_fn_map`.

    A function gets the batch, and the map as the keyword `collate_fn_map`. An exact type goes before a base
    class. PyTorch: torch.utils.data._utils.collate.collate.
    """
    elem = batch[0]
    collate_fn = _function_for(elem, collate_fn_map or {})
    if collate_fn is not None:
        return collate_fn(batch, collate_fn_map=collate_fn_map)

    if isinstance(elem, Mapping):
        columns = {key: [sample[key] for sample in batch] for key in elem}
        return same_mapping(
            elem, {key: collate(column, collate_fn_map=collate_fn_map) for key, column in columns.items()}
        )
    if isinstance(elem, Sequence):
        if not _is_namedtuple(elem) and any(len(sample) != len(elem) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return same_sequence(
            elem, [collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch)]
        )
    if _is_foreign_tensor(elem):
        return collate([_foreign_array(sample) for sample in batch], collate_fn_map=collate_fn_map)
    raise TypeError(default_collate_err_msg_format.format(type(elem)))


def collate_tensor_fn(batch, *, collate_fn_map=None):
    """Tensors of one shape, stacked."""
    return minitorch.stack(batch, 0)


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    """Arrays of one shape, stacked as tensors."""
    elem = batch[0]
    if elem.dtype.kind in "SUO":
        raise TypeError(default_collate_err_msg_format.format(elem.dtype))
    return collate([minitorch.as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    """NumPy scalars keep their dtype."""
    return minitorch.as_tensor(batch)


def collate_float_fn(batch, *, collate_fn_map=None):
    """Python floats are doubles."""
    return minitorch.tensor(list(batch), dtype=minitorch.float64)  # a list is read in one go


def collate_int_fn(batch, *, collate_fn_map=None):
    """Ints and bools."""
    return minitorch.tensor(list(batch))


def collate_str_fn(batch, *, collate_fn_map=None):
    """Text is left alone."""
    return batch


# A program may add its own types: `default_collate_fn_map.update({MyType: my_function})`.
default_collate_fn_map: dict[type | tuple[type, ...], Callable] = {
    minitorch.Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def _function_for(elem, collate_fn_map: dict) -> Callable | None:
    if type(elem) in collate_fn_map:
        return collate_fn_map[type(elem)]
    return next((fn for kind, fn in collate_fn_map.items() if isinstance(elem, kind)), None)


def same_mapping(like: Mapping, values: dict) -> Mapping:
    """`values` in a mapping of the type of `like`, with its other attributes; a dict where that fails."""
    try:
        if not isinstance(like, MutableMapping):
            return type(like)(values)  # type: ignore[call-arg]
        clone = copy.copy(like)
        clone.update(values)
        return clone
    except TypeError:
        return values


def same_sequence(like: Sequence, values: list) -> Sequence:
    """`values` in a sequence of the type of `like`; a list for a tuple and where that fails."""
    if _is_namedtuple(like):
        return type(like)(*values)
    if isinstance(like, tuple):
        return values
    try:
        if not isinstance(like, MutableSequence):
            return type(like)(values)  # type: ignore[call-arg]
        clone = copy.copy(like)
        for i, value in enumerate(values):
            clone[i] = value
        return clone
    except TypeError:
        return values


def _is_namedtuple(elem) -> bool:
    return isinstance(elem, tuple) and hasattr(elem, "_fields")


def _is_foreign_tensor(elem) -> bool:
    return hasattr(elem, "__dlpack__") or hasattr(elem, "__array__")


def _foreign_array(elem) -> np.ndarray:
    """The values of another library's tensor. A copy, since NumPy sees some of them as read-only."""
    return np.array(np.from_dlpack(elem) if hasattr(elem, "__dlpack__") else elem)
