"""What is checked of one operation, sample by sample, PyTorch beside minitorch. PyTorch: test/test_ops.py."""

import dataclasses
import functools
import itertools
import re
import signal
import warnings
from collections.abc import Callable, Iterator

import places
import torch

import minitorch
from op_db import compare
from op_db.compare import flatten, is_tensor
from op_db.database import entries, name_of
from op_db.samples import arguments_of, describe, has_sample, samples, tensors_of, translated
from op_db.translate import Missing, Translator, counterpart, function

DTYPES = ("float32", "float64", "int64", "bool")
# float32 ... bool: values and dtypes, every sample of that dtype; strides: theirs, and what is a view of an input;
# second: second derivatives; out, inplace, method: the other ways to call it; errors: error inputs, type and pattern.
CHECKS = (*DTYPES, "strides", "noncontiguous", "gradient", "second", "out", "inplace", "method", "errors")
# What "agrees on every sample, forward and gradient" means.
CORE = ("float32", "float64", "int64", "bool", "strides", "noncontiguous", "gradient")

UNDEFINED_VALUES = {"empty", "empty_like", "new_empty", "new_empty_strided", "empty_strided", "empty_permuted"}
# Which of several equal elements an index names: PyTorch's depends on how its own sort or selection moves them, and its
# documentation promises nothing.
ANY_OF_EQUALS = {"kthvalue", "mode", "topk", "sort", "argsort"}
# Sums of large terms that nearly cancel in some samples: see compare.difference.
CANCELS = {"nn.functional.conv2d", "nn.functional.grid_sample", "nn.functional.scaled_dot_product_attention"}
CANCELS_ON_GPU = CANCELS | {"addbmm"}
SECONDS = 120  # for one check of one operation


@dataclasses.dataclass
class Tally:
    """How many samples passed a check, and what was wrong with the first that did not."""

    passed: int = 0
    total: int = 0
    failures: list = dataclasses.field(default_factory=list)

    def add(self, wrong: str | None, sample=None) -> None:
        self.total += 1
        if wrong is None:
            self.passed += 1
        else:
            self.failures.append((wrong, describe(sample)))

    @property
    def good(self) -> bool:
        return self.passed == self.total


def applicable(entry) -> tuple[str, ...]:
    """The checks that an operation can be put to; PyTorch alone is asked."""
    dtypes = [each for each in DTYPES if has_sample(entry, each, False)]
    differentiable = has_sample(entry, "float32", True) or has_sample(entry, "float64", True)
    can = {
        **dict.fromkeys(dtypes, True),
        "strides": bool(dtypes) and entry.name != "item",
        "noncontiguous": bool(dtypes),
        "gradient": differentiable,
        "second": differentiable and entry.supports_gradgrad,
        "out": entry.supports_out and entry.name != "equal",
        "inplace": entry.inplace_variant is not None,
        "method": entry.method_variant is not None and entry.method_variant is not entry.op,
        "errors": any(True for _ in error_inputs(entry)),
    }
    return tuple(check for check in CHECKS if can.get(check))


def run(entry, names: tuple[str, ...] = CHECKS, limit: int | None = None) -> dict[str, Tally]:
    """The tallies of some checks, at most `limit` samples for each dtype. Raises Missing if there is no such operation."""
    ours = counterpart(entry)
    tallies = {name: Tally() for name in names}
    # minitorch's default device stays the CPU: what an operation makes by itself belongs where its operands are.
    with warnings.catch_warnings(), places.default(torch):
        warnings.simplefilter("ignore")
        for dtype in DTYPES:
            if dtype in names or "strides" in names:
                _guarded(tallies, dtype, _forward, entry, ours, dtype, limit)
        for name, check in _OTHERS.items():
            if name in names:
                _guarded(tallies, name, check, entry, ours, limit)
    return tallies


def _guarded(tallies: dict, name: str, check: Callable, *arguments) -> None:
    """A check that never ends, or that breaks, fails."""

    def stop(*_):
        raise TimeoutError(f"{name}: more than {SECONDS} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        check(tallies, *arguments)
    except Exception as error:
        tallies.setdefault(name, Tally()).add(f"the check ends with {_error(error)}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def call(operation: Callable, arguments: tuple):
    """(result, None) or (None, error), after seeding both libraries."""
    torch.manual_seed(0)
    minitorch.manual_seed(0)
    try:
        return operation(*arguments[0], **arguments[1]), None
    except Missing:
        raise
    except Exception as error:
        return None, error


def defined(entry) -> bool:
    """Whether the values of its results can be compared."""
    return entry.name not in UNDEFINED_VALUES and not (places.other_numbers() and _draws(name_of(entry)))


def cancels(entry) -> bool:
    """Whether its sums may cancel, on the device that is tested."""
    return entry.name in (CANCELS if places.ours == "cpu" else CANCELS_ON_GPU)


@functools.cache
def _draws(name: str) -> bool:
    """Whether PyTorch draws random numbers, in any sample of any dtype."""
    entry = entries()[name]
    for dtype in DTYPES:
        for sample in samples(entry, dtype, False, None):
            with places.watched_draws() as watch:
                call(entry.op, arguments_of(sample))
            if watch.drew:
                return True
    return False


# ---- Forward ----


def _forward(tallies: dict, entry, ours, dtype: str, limit) -> None:
    for sample in samples(entry, dtype, False, limit):
        _compare_sample(tallies, dtype, entry, ours, sample)


def _noncontiguous(tallies: dict, entry, ours, limit) -> None:
    dtype = next((each for each in DTYPES if entry.supports_dtype(getattr(torch, each), places.theirs)), "float32")
    for sample in samples(entry, dtype, False, limit):
        _compare_sample(tallies, "noncontiguous", entry, ours, sample.noncontiguous())
    _compare_gradients(tallies, "noncontiguous", entry, ours, limit, "float64", False, contiguous=False)


def _referee(operation, sample) -> Callable:
    """PyTorch's result in float64."""

    def truth():
        double = sample.transform(lambda each: each.double() if torch.is_tensor(each) and each.dtype is torch.float32 else each)
        return call(operation, arguments_of(double))[0]

    return truth


def _compare_sample(tallies: dict, check: str, entry, ours, sample) -> None:
    truth = _referee(entry.op, sample)
    try:
        mine = translated(sample)
    except Missing as error:
        tallies.setdefault(check, Tally()).add(f"no {error}", sample)
        return
    inputs = [each for each in flatten(mine) if is_tensor(each)]
    result, error = _call_ours(ours, mine)
    expected, their_error = call(entry.op, arguments_of(sample))
    wrong = _errors_differ(error, their_error)
    if wrong is None and error is None:
        if entry.name in ANY_OF_EQUALS and not sample.kwargs.get("stable"):
            _same_choice(result, expected, sample.input)
        wrong = compare.difference(
            result, expected, truth, defined(entry), cancels=entry.name in CANCELS
        )
    if check in tallies:
        tallies[check].add(wrong, sample)
    if wrong is None and error is None and "strides" in tallies:
        tallies["strides"].add(compare.stride_difference(result, expected, inputs, tensors_of(sample)), sample)


def _same_choice(result, expected, input: torch.Tensor) -> None:
    """Take PyTorch's index for ours where both name equal elements."""
    own, other = (result, expected) if is_tensor(result) else (result[1], expected[1])
    index = places.here(torch, torch.from_numpy(own.numpy(force=True).copy()))
    if index.dtype is not torch.int64 or index.shape != other.shape or not index.numel():
        return
    for dim in range(input.dim()):
        shape = list(input.shape)
        shape[dim] = 1 if index.dim() < input.dim() else index.shape[dim]
        if index.numel() != torch.Size(shape).numel() or index.max() >= input.shape[dim]:
            continue
        chosen = [input.gather(dim, each.reshape(shape)) for each in (index, other)]
        if torch.equal(*chosen) and (index.shape != input.shape or _each_once(index, dim)):
            own.copy_(minitorch.from_numpy(other.numpy(force=True).copy()))
            return


def _each_once(index: torch.Tensor, dim: int) -> bool:
    """Whether the index is a permutation: a sort names every element."""
    numbers = torch.arange(index.shape[dim]).reshape([-1 if each == dim else 1 for each in range(index.dim())])
    return bool((index.sort(dim)[0] == numbers).all())


def _call_ours(ours, arguments: tuple):
    try:
        return call(ours, arguments)
    except Missing as error:
        return None, error


def _errors_differ(ours, theirs) -> str | None:
    if ours is None and theirs is None:
        return None
    if ours is None:
        return f"no {_error(theirs)}"
    if theirs is None:
        return _error(ours)
    return None if type(ours).__name__ == type(theirs).__name__ else f"{_error(ours)} instead of {_error(theirs)}"


def _error(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:240]


# ---- Derivatives ----


def _gradient(tallies: dict, entry, ours, limit) -> None:
    for dtype in ("float32", "float64"):
        _compare_gradients(tallies, "gradient", entry, ours, limit, dtype, False)


def _second(tallies: dict, entry, ours, limit) -> None:
    if entry.supports_gradgrad:
        _compare_gradients(tallies, "second", entry, ours, limit, "float64", True)


def _compare_gradients(tallies, check, entry, ours, limit, dtype, double, contiguous=True) -> None:
    for sample in samples(entry, dtype, True, limit):
        if not contiguous:
            sample = sample.noncontiguous()
        leaves = [each for each in _distinct(tensors_of(sample)) if each.requires_grad]
        try:
            translator = Translator()
            mine = translator(arguments_of(sample))
            own_leaves = [translator(each) for each in leaves]
            process = function(sample.output_process_fn_grad)
        except Missing as error:
            tallies[check].add(f"no {error}", sample)
            continue
        expected, their_error = _differentiated(torch, entry.op, arguments_of(sample), leaves, sample.output_process_fn_grad, double)
        if their_error is not None:
            continue  # a sample that torch does not differentiate
        found, error = _differentiated(minitorch, ours, mine, own_leaves, process, double)
        if error is not None:
            tallies[check].add(_error(error), sample)
            continue

        def truth(sample=sample):
            wide = sample.transform(
                lambda each: each.detach().double().requires_grad_(each.requires_grad)
                if torch.is_tensor(each) and each.dtype is torch.float32
                else each
            )
            wide_leaves = [each for each in _distinct(tensors_of(wide)) if each.requires_grad]
            return _differentiated(torch, entry.op, arguments_of(wide), wide_leaves, wide.output_process_fn_grad, double)[0]

        tallies[check].add(compare.difference(found, expected, truth, defined(entry), cancels=cancels(entry)), sample)


def _distinct(tensors: list) -> list:
    return list({id(each): each for each in tensors}.values())


def _differentiated(library, operation, arguments, leaves, process, double: bool):
    """The gradients under a random cotangent; if `double`, the second ones. None where there is none."""
    try:
        result, error = call(operation, arguments)
    except Missing as missing:
        return None, missing
    if error is not None:
        return None, error
    try:
        outputs = [each for each in flatten(process(result)) if is_tensor(each) and each.requires_grad]
        if not outputs or not leaves:
            return [len(outputs)], None
        weights = [_cotangent(library, number, each, double) for number, each in enumerate(outputs)]
        gradients = library.autograd.grad(outputs, leaves, weights, create_graph=double, allow_unused=True)
        if not double:
            return [_plain(library, each, leaf) for each, leaf in zip(gradients, leaves)], None
        everything = [*leaves, *weights]
        first = [(n, each) for n, each in enumerate(gradients) if each is not None and each.requires_grad]
        if not first:
            return [library.zeros_like(leaf).detach() for leaf in everything], None
        seconds = [_cotangent(library, 100 + number, each, False) for number, each in first]
        gradients = library.autograd.grad([each for _, each in first], everything, seconds, allow_unused=True)
        return [_plain(library, each, leaf) for each, leaf in zip(gradients, everything)], None
    except Exception as error:
        return None, error


def _plain(library, gradient, leaf):
    """No gradient and a gradient of zeros are the same here."""
    return library.zeros_like(leaf).detach() if gradient is None else gradient.detach()


def _cotangent(library, number: int, tensor, requires_grad: bool):
    """Drawn in float32 for every dtype: the referee's, in float64, must be the same numbers."""
    generator = torch.Generator().manual_seed(number)
    dtype = getattr(torch, str(tensor.dtype).removeprefix("torch."))
    weights = places.here(torch, torch.randn(tuple(tensor.shape), generator=generator, device="cpu").to(dtype))
    weights = weights if library is torch else Translator()(weights)
    return weights.requires_grad_() if requires_grad else weights


# ---- The other ways to call it ----


def _out(tallies: dict, entry, ours, limit) -> None:
    if not entry.supports_out:
        return
    dtype = next((each for each in DTYPES if entry.supports_dtype(getattr(torch, each), places.theirs)), "float32")
    for sample in samples(entry, dtype, False, min(limit or 10, 10)):
        if "out" in sample.kwargs:
            continue
        expected, error = call(entry.op, arguments_of(sample))
        leaves = [expected] if is_tensor(expected) else expected
        if error is not None or not isinstance(leaves, tuple | list) or not all(map(is_tensor, leaves)):
            continue
        for kind in _OUTS:
            tallies["out"].add(_compare_out(entry, ours, sample, expected, kind), sample)
    for sample in itertools.islice(samples(entry, dtype, True, 1), 1):
        expected, error = call(entry.op, arguments_of(sample))
        if error is None and is_tensor(expected):
            tallies["out"].add(_compare_out(entry, ours, sample, expected.detach(), "right"), sample)


# How an `out` differs from what fits.
_OUTS = {
    "right": lambda result: torch.full_like(result, 1, memory_format=torch.contiguous_format),
    "empty": lambda result: result.new_empty(0),
    "wrong shape": lambda result: result.new_ones((*result.shape, 2)),
    "strided": lambda result: torch.ones((*result.shape, 2), dtype=result.dtype)[..., 0],
    "integer": lambda result: torch.ones_like(result, dtype=torch.int64, memory_format=torch.contiguous_format),
    "double": lambda result: torch.ones_like(result, dtype=torch.float64, memory_format=torch.contiguous_format),
}


def _compare_out(entry, ours, sample, expected, kind: str) -> str | None:
    make = _OUTS[kind]
    out = make(expected) if is_tensor(expected) else type(expected)([make(each) for each in expected]) if type(expected) in (tuple, list) else tuple(make(each) for each in expected)
    try:
        own_out = Translator()(out)
        mine = translated(sample)
    except Missing as error:
        return f"out ({kind}): no {error}"
    with warnings.catch_warnings(record=True) as their_warnings:
        warnings.simplefilter("always")
        theirs, their_error = call(entry.op, (arguments_of(sample)[0], {**sample.kwargs, "out": out}))
    with warnings.catch_warnings(record=True) as our_warnings:
        warnings.simplefilter("always")
        result, error = _call_ours(ours, (mine[0], {**mine[1], "out": own_out}))
    wrong = _errors_differ(error, their_error)
    if wrong is None and error is None:
        computed = str(sample_dtype(sample)).removeprefix("torch.") if kind == "double" else None
        referee = _referee(entry.op, sample) if is_tensor(out) else None
        wrong = compare.difference(own_out, out, referee, defined(entry), computed)
        wrong = wrong or compare.stride_difference(own_out, out, [], [])
        if wrong is None and is_tensor(out) and (result is own_out) != (theirs is out):
            wrong = "what is returned is not out"
        if wrong is None and _resizes(our_warnings) != _resizes(their_warnings):
            wrong = f"{_resizes(our_warnings)} warnings of a resize instead of {_resizes(their_warnings)}"
    return wrong and f"out ({kind}): {wrong}"


def sample_dtype(sample) -> torch.dtype:
    """float32 if any tensor of the sample is."""
    dtypes = {each.dtype for each in tensors_of(sample)}
    return torch.float32 if torch.float32 in dtypes or not dtypes else torch.float64


def _resizes(caught: list) -> int:
    return sum("was resized" in str(each.message) for each in caught)


def _inplace(tallies: dict, entry, ours, limit) -> None:
    theirs = entry.inplace_variant
    if theirs is None:
        return
    try:
        own = function(theirs)
    except Missing as error:
        tallies["inplace"].add(f"no {error}")
        return
    for dtype in DTYPES:
        for sample in samples(entry, dtype, False, min(limit or 20, 20)):
            tallies["inplace"].add(_compare_inplace(theirs, own, sample, defined(entry)), sample)


def _compare_inplace(theirs, own, sample, values: bool) -> str | None:
    try:
        mine = translated(sample)
    except Missing as error:
        return f"in place: no {error}"
    original = sample.transform(lambda each: each.clone() if torch.is_tensor(each) else each)
    before = [each._version if is_tensor(each) else 0 for each in (mine[0][0], sample.input)]
    expected, their_error = call(theirs, arguments_of(sample))
    result, error = _call_ours(own, mine)
    wrong = _errors_differ(error, their_error)
    if wrong is None and error is None:
        truth = _referee(theirs, original)
        wrong = compare.difference(result, expected, truth, values)
        wrong = wrong or compare.difference(mine[0][0], sample.input, truth, values)
        if wrong is None and is_tensor(expected) and (result is mine[0][0]) != (expected is sample.input):
            wrong = "what is returned is not the tensor itself"
        counted = [is_tensor(each) and each._version != old for each, old in zip((result, expected), before)]
        if wrong is None and counted[0] != counted[1]:
            wrong = "the write is not counted" if counted[1] else "a write is counted, where PyTorch counts none"
    return wrong and f"in place: {wrong}"


def _method(tallies: dict, entry, ours, limit) -> None:
    theirs = entry.method_variant
    if theirs is None or theirs is entry.op:
        return
    try:
        own = function(theirs)
    except Missing as error:
        tallies["method"].add(f"no {error}")
        return
    dtype = next((each for each in DTYPES if entry.supports_dtype(getattr(torch, each), places.theirs)), "float32")
    for sample in samples(entry, dtype, False, min(limit or 10, 10)):
        try:
            mine = translated(sample)
        except Missing as error:
            tallies["method"].add(f"method: no {error}")
            continue
        expected, their_error = call(theirs, arguments_of(sample))
        result, error = _call_ours(own, mine)
        wrong = _errors_differ(error, their_error)
        if wrong is None and error is None:
            truth = _referee(theirs, sample)
            wrong = compare.difference(result, expected, truth, defined(entry), cancels=cancels(entry))
        tallies["method"].add(wrong and f"method: {wrong}", sample)


# ---- Errors ----


def error_inputs(entry) -> Iterator:
    """The error inputs that PyTorch itself refuses when called so; others are of another device or another way to call."""
    if entry.error_inputs_func is None:
        return
    for each in entry.error_inputs(places.theirs):
        if call(entry.op, arguments_of(each.sample_input))[1] is not None:
            yield each


def _errors(tallies: dict, entry, ours, limit) -> None:
    for each in error_inputs(entry):
        wrong = _compare_error(ours, each)
        tallies["errors"].add(wrong, each.sample_input if wrong else None)


def _compare_error(ours, case) -> str | None:
    wanted = f"{case.error_type.__name__ if isinstance(case.error_type, type) else case.error_type} /{case.error_regex}/"
    try:
        mine = translated(case.sample_input)
    except Missing as error:
        return f"no {error}, for {wanted}"
    _, error = _call_ours(ours, mine)
    if error is None:
        return f"no {wanted}"
    kinds = case.error_type if isinstance(case.error_type, tuple) else (case.error_type,)
    if not isinstance(error, kinds):
        return f"{_error(error)} instead of {wanted}"
    return None if re.search(case.error_regex, str(error)) else f"{_error(error)} instead of {wanted}"


_OTHERS = {
    "noncontiguous": _noncontiguous,
    "gradient": _gradient,
    "second": _second,
    "out": _out,
    "inplace": _inplace,
    "method": _method,
    "errors": _errors,
}
