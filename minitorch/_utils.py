"""An exception that crosses from one process to another. PyTorch: torch/_utils.py."""

import sys
import traceback


class KeyErrorMessage(str):
    """Text that KeyError, which shows the repr of its argument, prints as it is. PyTorch: torch._utils.KeyErrorMessage."""

    def __repr__(self) -> str:
        return str(self)


class ExceptionWrapper:
    """The exception that is being handled, with its traceback as text. PyTorch: torch._utils.ExceptionWrapper."""

    def __init__(self, exc_info=None, where: str = "in background") -> None:
        # Of the exception only its type is kept: its frames would keep a batch alive, and cannot be pickled.
        kind, error, trace = exc_info or sys.exc_info()
        self.exc_type = kind
        self.exc_name = kind.__name__
        self.exc_msg = "".join(traceback.format_exception(kind, error, trace))
        self.where = where

    @property
    def message(self) -> str:
        """What happened where, and the traceback."""
        return f"Caught {self.exc_name} {self.where}.\nOriginal {self.exc_msg}"

    def reraise(self) -> None:
        """Raise the same type again; RuntimeError where that type cannot be made of a text alone."""
        message = self.message
        if self.exc_type is KeyError:
            message = KeyErrorMessage(message)
        elif getattr(self.exc_type, "message", None):
            raise self.exc_type(message=message)
        try:
            error = self.exc_type(message)
        except Exception:
            raise RuntimeError(message) from None
        raise error
