"""How a tensor lies in memory, by name. PyTorch: c10/core/MemoryFormat.h, Layout.h."""


class memory_format:
    """One of `contiguous_format`, `preserve_format`, `channels_last`. PyTorch: torch.memory_format."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name  # pickled as the name of a module-level constant


class layout(memory_format):
    """Always `strided`: minitorch has no sparse tensors. PyTorch: torch.layout."""

    __slots__ = ()


contiguous_format = memory_format("contiguous_format")  # row-major
preserve_format = memory_format("preserve_format")  # as the example
channels_last = memory_format("channels_last")  # images with their channels innermost
strided = layout("strided")

CHANNELS_LAST_ORDER = (0, 2, 3, 1)  # the dimensions of an image batch from the outermost to the innermost


def check_format(value: object, function: str) -> None:
    """Raise TypeError in PyTorch's words unless it is a memory format or None."""
    if value is not None and type(value) is not memory_format:
        raise TypeError(
            f"{function}(): argument 'memory_format' must be torch.memory_format, not {type(value).__name__}"
        )
