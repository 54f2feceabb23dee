"""`minitorch warmup`, from the command line. PyTorch: none."""

from commands import minitorch


def test_what_was_compiled_is_there_the_second_time():
    """Whatever the first run had to compile, the second finds all of it."""
    first = minitorch("warmup")
    assert first.returncode == 0, first.stderr
    assert "kernels" in first.stdout
    second = minitorch("warmup")
    assert (second.returncode, second.stdout) == (0, "all kernels were there\n")
    assert "minitorch warmup: convolutional network, 64 at a time" in second.stderr
