"""Models of others by name, which minitorch refuses: their code imports torch. PyTorch: torch/hub.py."""

from typing import NoReturn


def load(repo_or_dir: str, model: str, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: nothing is downloaded or run. PyTorch: torch.hub.load."""
    _refuse("load")


def list(github: str, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: nothing is downloaded. PyTorch: torch.hub.list."""
    _refuse("list")


def help(github: str, model: str, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: nothing is downloaded. PyTorch: torch.hub.help."""
    _refuse("help")


def load_state_dict_from_url(url: str, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: nothing is downloaded. PyTorch: torch.hub.load_state_dict_from_url."""
    _refuse("load_state_dict_from_url")


def download_url_to_file(url: str, dst: str, *args, **kwargs) -> NoReturn:
    """Raises RuntimeError: nothing is downloaded. PyTorch: torch.hub.download_url_to_file."""
    _refuse("download_url_to_file")


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(f"torch.hub.{name}: minitorch downloads no models and runs no code that it would have to fetch")
