"""What an error teaches below PyTorch's words: str(e) stays equal, the note says the rest. Python: PEP 678."""

import pytest
from helpers import check, first_line

import minitorch


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", []))


def saved_and_written(torch, through=lambda y: y, anomaly=False):
    with torch.autograd.set_detect_anomaly(anomaly, check_nan=False):
        x = torch.ones(2, 3, requires_grad=True)
        y = x * 2
        z = y * y  # saved here
        through(y).add_(1)  # written here
        z.sum().backward()


def test_pytorchs_words_are_unchanged():
    check(saved_and_written, raises=RuntimeError)


def test_the_operations_that_saved_and_wrote_are_named():
    with pytest.raises(RuntimeError) as caught:
        saved_and_written(minitorch)
    text = notes(caught.value)
    assert "Mul saved a tensor (number 0 of what it saved), of shape [2, 3], for its gradient" in text
    assert "written to once since" in text
    assert "The last recorded operation that made or changed it: Add." in text
    assert "x = x.clone()" in text
    assert "set_detect_anomaly(True) this note also names the lines" in text


def test_writes_through_views_are_named():
    with pytest.raises(RuntimeError) as caught:
        saved_and_written(minitorch, lambda y: y[0])
    assert "Add through a view of shape [3]" in notes(caught.value)


@pytest.mark.filterwarnings("ignore:Error detected")
def test_in_anomaly_mode_the_lines_are_named():
    with pytest.raises(RuntimeError) as caught:
        saved_and_written(minitorch, anomaly=True)
    text = notes(caught.value)
    assert "# saved here" in text or "z = y * y" in text
    assert "# written here" in text or "through(y).add_(1)" in text
    assert text.count("test_notes.py") >= 2


def test_results_that_were_written_to():
    x = minitorch.ones(3, requires_grad=True)
    y = x.exp()
    y.add_(1)
    y.mul_(2)
    with pytest.raises(RuntimeError) as caught:
        y.sum().backward()
    assert "Exp saved its result, of shape [3]" in notes(caught.value)


def test_backward_twice():
    x = minitorch.ones(3, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time") as caught:
        y.backward()
    assert "What MulBackward0 had saved was freed" in notes(caught.value)


def test_nothing_to_differentiate():
    with pytest.raises(RuntimeError) as caught:
        minitorch.ones(1).backward()
    assert first_line(caught.value) == "element 0 of tensors does not require grad and does not have a grad_fn"
    assert "computed under no_grad(), detached" in notes(caught.value)


def test_writing_to_a_leaf():
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad") as caught:
        minitorch.ones(1, requires_grad=True).add_(1)
    assert "inside torch.no_grad()" in notes(caught.value)


def test_the_innermost_module_is_named():
    model = minitorch.nn.Sequential(minitorch.nn.Linear(3, 4), minitorch.nn.ReLU(), minitorch.nn.Linear(5, 2))
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied") as caught:
        model(minitorch.ones(2, 3))
    (note,) = caught.value.__notes__
    assert note.startswith("In Linear(in_features=5, out_features=2, bias=True), called with (a tensor of shape [2, 4], ")
    assert note.endswith("Its parameters: weight [2, 5], bias [2].")
