"""Sums of products by the letters of dimensions. PyTorch: aten/src/ATen/native/Linear.cpp (einsum), torch/functional.py."""

from builtins import sum as sum_of

from minitorch._tensor import Tensor
from minitorch.ops.diagonals import diagonal
from minitorch.ops.matmul import bmm
from minitorch.ops.reduce import sum
from minitorch.ops.shape import movedim, permute, reshape, unsqueeze

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ELLIPSIS = "."


def einsum(*args) -> Tensor:
    """`einsum("ij,jk->ik", a, b)`: letters name dimensions; those missing after the arrow are summed over.

    Without an arrow the result has the letters that occur once, in alphabetical order; "..." stands for any dimensions,
    which broadcast. Also `einsum(a, [0, 1], b, [1, 2], [0, 2])`. Raises RuntimeError for an equation that does not fit.
    PyTorch: torch.einsum.
    """
    equation, operands = _parsed(args)
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) > len(operands):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(terms) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    starts = [sum_of(len(term) + 1 for term in terms[:place]) for place in range(len(terms))]
    terms = [_subscripts(*each) for each in zip(terms, range(len(terms)), operands, starts)]
    wide = max([sum_of_dots(term) for term in terms], default=0)
    terms = [_numbered(term, wide) for term in terms]
    dots = [f".{number}" for number in range(wide)]
    result = _output(right, terms, dots, len(left) + 2) if arrow else dots + sorted(_once(terms))
    sizes: dict[str, int] = {}
    prepared = [_prepared(operand, term, place, sizes) for place, (operand, term) in enumerate(zip(operands, terms))]
    return _contracted(prepared, result, sizes)


def _parsed(args: tuple) -> tuple[str, list[Tensor]]:
    """The equation without spaces, and the operands."""
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], str):
        operands = args[1:]
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            (operands,) = operands
        return args[0].replace(" ", ""), list(operands)
    pairs = len(args) // 2
    equation = ",".join(_spelled(args[2 * place + 1]) for place in range(pairs))
    if len(args) % 2:
        equation += "->" + _spelled(args[-1])
    return equation, [args[2 * place] for place in range(pairs)]


def _spelled(subscripts: list) -> str:
    letters = []
    for each in subscripts:
        if each is Ellipsis:
            letters.append("...")
        elif isinstance(each, int) and 0 <= each < 52:
            letters.append(_LETTERS[each])
        else:
            raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
    return "".join(letters)


def _subscripts(term: str, place: int, operand: Tensor, start: int) -> list[str]:
    """The letters of one operand; an ellipsis as one dot for each dimension that it stands for."""
    letters = _letters(term, f"for operand {place}", start)
    named = len([each for each in letters if each != _ELLIPSIS])
    ndim = operand.array.ndim
    if _ELLIPSIS not in letters and named != ndim:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({named}) does not match the number of dimensions "
            f"({ndim}) for operand {place} and no ellipsis was given"
        )
    if named > ndim:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({named}) is more than the number of dimensions "
            f"({ndim}) for operand {place}"
        )
    return [each for letter in letters for each in ([_ELLIPSIS] * (ndim - named) if letter == _ELLIPSIS else [letter])]


def _letters(term: str, where: str, start: int) -> list[str]:
    """Letters, and one dot for the ellipsis; the term begins at `start` in the equation."""
    letters, index = [], 0
    while index < len(term):
        letter = term[index]
        if letter == ".":
            if term[index : index + 3] != "..." or _ELLIPSIS in letters:
                kind = "that is not part of any ellipsis" if _ELLIPSIS not in letters else "for which an ellipsis was already found"
                raise RuntimeError(f"einsum(): found '.' {where} {kind}")
            index += 2
        elif letter not in _LETTERS:
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + index} in the equation string, subscripts must be in [a-zA-Z]"
            )
        letters.append(letter)
        index += 1
    return letters


def sum_of_dots(term: list[str]) -> int:
    """How many dimensions an ellipsis stands for."""
    return term.count(_ELLIPSIS)


def _numbered(term: list[str], wide: int) -> list[str]:
    """The dimensions of an ellipsis numbered from the last one, as they broadcast."""
    number = wide - sum_of_dots(term)
    result = []
    for each in term:
        if each == _ELLIPSIS:
            each = f".{number}"
            number += 1
        result.append(each)
    return result


def _output(right: str, terms: list[list[str]], dots: list[str], start: int) -> list[str]:
    result = [each for letter in _letters(right, "for the output", start) for each in (dots if letter == _ELLIPSIS else [letter])]
    for letter in result:
        if result.count(letter) > 1:
            raise RuntimeError(f"einsum(): output subscript {letter} appears more than once in the output")
        if not letter.startswith(_ELLIPSIS) and not any(letter in term for term in terms):
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any input operand"
            )
    return result


def _once(terms: list[list[str]]) -> list[str]:
    letters = [each for term in terms for each in term if not each.startswith(_ELLIPSIS)]
    return [each for each in letters if letters.count(each) == 1]


def _prepared(operand: Tensor, term: list[str], place: int, sizes: dict[str, int]) -> tuple[Tensor, list[str]]:
    """Repeated letters as diagonals; the sizes of the letters, which must broadcast."""
    term = list(term)
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            a, b = operand.array.shape[first], operand.array.shape[second]
            if a != b:
                raise RuntimeError(
                    f"einsum(): subscript {letter} is repeated for operand {place} but the sizes don't match, {b} != {a}"
                )
            operand = movedim(diagonal(operand, 0, first, second), -1, first)
            del term[second]
    for letter, size in zip(term, operand.array.shape):
        before = sizes.get(letter, 1)
        if before != 1 and size not in (1, before):
            raise RuntimeError(
                f"einsum(): subscript {letter} has size {size} for operand {place} which does not broadcast with "
                f"previously seen size {before}"
            )
        sizes[letter] = size if before == 1 else before
    return operand, term


def _contracted(prepared: list[tuple[Tensor, list[str]]], result: list[str], sizes: dict[str, int]) -> Tensor:
    """From left to right, one matrix product for each pair."""
    current, letters = prepared[0]
    for place in range(1, len(prepared)):
        other, others = prepared[place]
        needed = {*result, *(letter for _, term in prepared[place + 1 :] for letter in term)}
        current, letters = _pair(current, letters, other, others, needed)
    gone = [axis for axis, letter in enumerate(letters) if letter not in result]
    if gone:
        current = sum(current, gone, dtype=current.dtype)
        letters = [letter for letter in letters if letter in result]
    for letter in result:
        if letter not in letters:
            current, letters = unsqueeze(current, -1), [*letters, letter]
    return permute(current, [letters.index(letter) for letter in result])


def _pair(a: Tensor, a_letters: list[str], b: Tensor, b_letters: list[str], needed: set[str]):
    """Two operands as batches of matrices: letters of both that stay, of the first only, and those summed over."""
    a, a_letters = _without(a, a_letters, b_letters, needed)
    b, b_letters = _without(b, b_letters, a_letters, needed)
    shared = [letter for letter in a_letters if letter in b_letters]
    for letter in shared:  # a dimension of 1 that the other has larger: it is not contracted but repeated
        one, other = a.array.shape[a_letters.index(letter)], b.array.shape[b_letters.index(letter)]
        if one != other and letter not in needed:
            if one == 1:
                b, b_letters = _summed(b, b_letters, letter)
            else:
                a, a_letters = _summed(a, a_letters, letter)
    batch = [letter for letter in shared if letter in needed]
    inner = [letter for letter in shared if letter not in needed]
    rows = [letter for letter in a_letters if letter not in shared]
    columns = [letter for letter in b_letters if letter not in shared]
    a = permute(a, [a_letters.index(letter) for letter in batch + rows + inner])
    b = permute(b, [b_letters.index(letter) for letter in batch + inner + columns])
    count = len(batch)
    size = [max(x, y) if 0 not in (x, y) else 0 for x, y in zip(a.array.shape[:count], b.array.shape[:count])]
    a, b = a.expand((*size, *a.array.shape[count:])), b.expand((*size, *b.array.shape[count:]))
    rows_size, columns_size = a.array.shape[count : count + len(rows)], b.array.shape[count + len(inner) :]
    k = _product(a.array.shape[count + len(rows) :])
    left = reshape(a, _product(size), _product(rows_size), k)
    right = reshape(b, _product(size), k, _product(columns_size))
    product = reshape(bmm(left, right), (*size, *rows_size, *columns_size))
    return product, batch + rows + columns


def _without(tensor: Tensor, letters: list[str], others: list[str], needed: set[str]) -> tuple[Tensor, list[str]]:
    """Summed over what neither the other operand nor the result has."""
    gone = [axis for axis, letter in enumerate(letters) if letter not in others and letter not in needed]
    if not gone:
        return tensor, letters
    return sum(tensor, gone, dtype=tensor.dtype), [letter for axis, letter in enumerate(letters) if axis not in gone]


def _summed(tensor: Tensor, letters: list[str], letter: str) -> tuple[Tensor, list[str]]:
    return sum(tensor, letters.index(letter), True, dtype=tensor.dtype), letters


def _product(sizes) -> int:
    result = 1
    for size in sizes:
        result *= size
    return result
