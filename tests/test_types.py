"""dtype, device, Size, finfo, iinfo and promotion. PyTorch: test/test_type_promotion.py."""

import copy
import itertools
import pickle

import pytest
from helpers import check

DTYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]
ALIASES = {"float": "float32", "double": "float64", "long": "int64", "int": "int32"}

pytestmark = pytest.mark.usefixtures("device")


@pytest.mark.parametrize("name", [*DTYPES, *ALIASES])
def test_dtype(name):
    def body(torch):
        dtype = getattr(torch, name)
        return (
            repr(dtype), str(dtype), dtype.is_floating_point, dtype.is_complex, dtype.is_signed,
            dtype.itemsize,
            dtype == getattr(torch, ALIASES.get(name, name)), dtype is pickle.loads(pickle.dumps(dtype)),
            copy.deepcopy(dtype) is dtype, hash(dtype) == hash(getattr(torch, name)), isinstance(dtype,
            torch.dtype),
        )  # fmt: skip

    check(body)


@pytest.mark.smoke
def test_promotion_of_every_pair():
    def body(torch):
        pairs = itertools.product([getattr(torch, name) for name in DTYPES], repeat=2)
        return [(torch.promote_types(a, b), torch.can_cast(a, b)) for a, b in pairs]

    check(body)


def test_result_type():
    """Dimensioned tensors rule, then 0-d ones, then numbers: lower ones raise the category only."""

    def body(torch):
        operands = [torch.ones(shape, dtype=getattr(torch, name)) for name in DTYPES for shape in ((2,), ())]
        operands += [True, 3, 2.5]
        return [torch.result_type(a, b) for a, b in itertools.product(operands, repeat=2)]

    check(body)


@pytest.mark.parametrize(
    "arguments",
    [
        ("cpu",), ("cpu", 0), ("cuda",), ("cuda:0",), ("cuda:3",), ("cuda", 1), ("cpu:0",), ("meta",),
    ],
)  # fmt: skip
def test_device(arguments):
    def body(torch):
        device = torch.device(*arguments)
        other = pickle.loads(pickle.dumps(device))
        return (
            repr(device), str(device), device.type, device.index, device == other,
            hash(device) == hash(other),
            torch.device(device) == device, device == torch.device("cuda:0"), device == "cpu",
            isinstance(device, torch.device),
        )  # fmt: skip

    check(body)


@pytest.mark.parametrize(
    "arguments",
    [
        ("tpu",),
        ("cuda:x",),
        ("cuda:-1",),
        ("cuda:01",),
        ("",),
        ("cpu:0", 1),
        (1.5,),
        (None,),
        ("cuda:",),
        (":0",),
        ("CPU",),
    ],
)
def test_what_device_refuses(arguments):
    check(lambda torch: torch.device(*arguments), raises=(RuntimeError, TypeError))


def test_size():
    def body(torch):
        size = torch.Size([2, 3, 4])
        other = pickle.loads(pickle.dumps(size))
        return (
            repr(size), str(size), size.numel(), repr(size[1:]), size[0], repr(size + (5,)),
            repr(torch.Size()),
            size == (2, 3, 4), list(size), len(size), repr(other), repr(torch.ones(2, 3).shape),
            torch.Size([0, 2]).numel(),
            repr(torch.ones(2, 3).size()), isinstance(size, tuple), repr(size * 2), size.index(3),
            4 in size, hash(size),
            torch.Size([]).numel(), repr(torch.Size((2,)) + torch.Size((3,))), repr((1,) + torch.Size((3,))),
            torch.ones(size).shape == size, torch.ones(2, 3, 4).shape == torch.Size([2, 3, 4]),
        )  # fmt: skip

    check(body)


@pytest.mark.parametrize("name", ["float32", "float64", None])
def test_finfo(name):
    def body(torch):
        info = torch.finfo(getattr(torch, name)) if name else torch.finfo()
        return (
            info.bits,
            info.eps,
            info.max,
            info.min,
            info.tiny,
            info.smallest_normal,
            info.resolution,
            info.dtype,
            repr(info),
        )

    check(body)


@pytest.mark.parametrize("name", ["int64", "int32", "uint8"])
def test_iinfo(name):
    def body(torch):
        info = torch.iinfo(getattr(torch, name))
        return info.bits, info.max, info.min, info.dtype, repr(info)

    check(body)


@pytest.mark.parametrize(
    "body",
    [
        lambda torch: torch.finfo(torch.int64),
        lambda torch: torch.iinfo(torch.float32),
        lambda torch: torch.iinfo(torch.bool),
        lambda torch: torch.set_default_dtype(torch.int64),
        lambda torch: torch.set_default_dtype("float32"),
        lambda torch: torch.promote_types(torch.float32, 3),
        lambda torch: torch.ones(2, dtype="float32"),
        lambda torch: torch.ones(2, device="tpu"),
    ],
)
def test_what_is_refused(body):
    check(body, raises=(TypeError, RuntimeError))


def test_default_dtype():
    def body(torch):
        before = torch.get_default_dtype()
        try:
            torch.set_default_dtype(torch.float64)
            made = [
                torch.tensor(1.5),
                torch.ones(2),
                torch.arange(2.0),
                torch.tensor([1]) / 2,
                torch.tensor([1]) * 1.5,
            ]
            return before, torch.get_default_dtype(), made, torch.tensor([1.0], dtype=torch.float32) * 1.5
        finally:
            torch.set_default_dtype(before)

    check(body)


@pytest.mark.parametrize("name", DTYPES)
def test_conversion_methods(name):
    """`.float()`, `.long()` ... truncate towards zero, and return the tensor itself where nothing changes."""

    def body(torch):
        x = torch.tensor([0.0, 1.9, 2.5, 200.7]).to(getattr(torch, name))
        made = [x.float(), x.double(), x.long(), x.int(), x.byte(), x.bool(), x.to(torch.float64)]
        return (
            made,
            [each is x for each in made],
            x.type(),
            x.is_floating_point(),
            x.is_signed(),
            x.element_size(),
        )

    check(body)
