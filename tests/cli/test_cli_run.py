"""`minitorch run` and the command line itself. PyTorch: none."""

import textwrap

import pytest
from commands import minitorch, one_line


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text))
    return file


def run(tmp_path, text, *arguments, **options):
    return minitorch("run", write(tmp_path / "script.py", text), *arguments, **options)


@pytest.mark.smoke
def test_every_form_of_import_gives_minitorch(tmp_path):
    """Whatever the form and wherever the import stands, the script gets minitorch for torch."""
    done = run(
        tmp_path,
        """
        import torch
        import torch.nn as nn
        import torch.nn.functional as F
        import torch.utils.data
        import torchvision.transforms as T
        import torchvision.datasets
        from torch import nn as nn2, optim
        from torch.nn import *
        from torch.optim.lr_scheduler import StepLR
        from torch.utils.data import DataLoader
        from torchvision import datasets

        def late():
            from torch.nn import functional
            return functional

        assert nn is nn2 is torch.nn and F is late() is nn.functional
        assert Linear is nn.Linear
        for thing in (torch, nn, F, optim, torch.utils.data, torchvision, torchvision.datasets, T, datasets):
            print(thing.__name__)
        for thing in (StepLR, DataLoader, torch.nn.Linear):
            print(thing.__module__.split(".")[0])
        """,
    )
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.split() == [
        "minitorch",
        "minitorch.nn",
        "minitorch.nn.functional",
        "minitorch.optim",
        "minitorch.utils.data",
        "minitorch.vision",
        "minitorch.vision.datasets",
        "minitorch.vision.transforms",
        "minitorch.vision.datasets",
        *["minitorch"] * 3,
    ]


def test_modules_of_the_folder_get_minitorch_and_others_the_real_torch(tmp_path):
    """A module beside the script, also in a package, gets minitorch; a library elsewhere another torch."""
    write(tmp_path / "elsewhere/torch/__init__.py", "real = True")
    write(tmp_path / "elsewhere/library.py", "import torch\nprint('library', torch.__name__, torch.real)")
    write(tmp_path / "home/beside.py", "import torch\nimport library\nprint('beside', torch.__name__)")
    write(tmp_path / "home/package/__init__.py", "from . import deep")
    write(tmp_path / "home/package/deep.py", "import torch.nn\nprint('deep', torch.nn.__name__)")
    write(tmp_path / "home/open/space.py", "import torch.nn\nprint('space', torch.nn.__name__)")
    done = run(
        tmp_path / "home",
        """
        import sys
        import beside, package, open.space, torch
        print("script", torch.__name__, sys.modules["torch"].real)
        """,
        path=[tmp_path / "elsewhere"],
    )
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.splitlines() == [
        "library torch True",
        "beside minitorch",
        "deep minitorch.nn",
        "space minitorch.nn",
        "script minitorch True",
    ]


def test_script_runs_as_python_would_run_it(tmp_path):
    """Name, arguments, path, file, pickling and the exit status are those of `python script.py`."""
    done = run(
        tmp_path,
        """
        import os, pickle, sys
        class Mine:
            pass
        assert isinstance(pickle.loads(pickle.dumps(Mine())), Mine) and Mine.__module__ == "__main__"
        assert os.path.samefile(sys.path[0], os.path.dirname(__file__))
        assert os.path.samefile(sys.argv[0], __file__)
        if __name__ == "__main__":
            print(sys.argv[1:])
            sys.exit(3)
        """,
        "--epochs",
        "3",
        "run",
    )
    assert (done.stdout, done.stderr, done.returncode) == ("['--epochs', '3', 'run']\n", "", 3)


def test_an_error_shows_the_lines_of_the_script_only(tmp_path):
    """The traceback of a script's own error begins in the script."""
    done = run(tmp_path, "def f():\n    raise ValueError('mine')\n\nprint('before')\nf()\n")
    assert done.returncode == 1 and done.stdout == "before\n"
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):" and lines[-1] == "ValueError: mine"
    assert [line.split('"')[1] for line in lines if "File" in line] == [str(tmp_path / "script.py")] * 2
    assert "line 5, in <module>" in lines[1] and "    f()" in lines


def test_a_syntax_error_names_its_place(tmp_path):
    """A script that does not compile fails as in Python."""
    done = run(tmp_path, "x = 1\ny = = 2\n")
    assert done.returncode == 1
    assert done.stderr.startswith(f'  File "{tmp_path / "script.py"}", line 2')
    assert done.stderr.splitlines()[-1] == "SyntaxError: invalid syntax"


@pytest.mark.parametrize(
    "statement, message",
    [
        ("torch.lineer", "torch.lineer is not in minitorch"),
        ("torch.nn.Linearr(1, 2)", "torch.nn.Linearr is not in minitorch. Close: torch.nn.Linear"),
        ("torch.randn(2).reluu()", "Tensor.reluu is not in minitorch. Close: Tensor.relu"),
        ("from torch.nn import Linearr", "torch.nn.Linearr is not in minitorch. Close: torch.nn.Linear"),
        ("from torch import no_gard", "torch.no_gard is not in minitorch. Close: torch.no_grad"),
        ("import torch.nnn.qq", "torch.nnn.qq is not in minitorch. Close: torch.nn"),
        ("from torchvision import modles", "torchvision.modles is not in minitorch"),
        (
            "import torchvision.transform",
            "torchvision.transform is not in minitorch. Close: torchvision.transforms",
        ),
    ],
)
def test_a_missing_name_is_one_clear_error(tmp_path, statement, message):
    """Which name, where in the script, what is close; no traceback."""
    done = run(tmp_path, f"import torch\n\n{statement}\n", cwd=tmp_path)
    first, second = done.stderr.splitlines()
    assert first.startswith(f"script.py:3: {message}")
    assert second == f"    {statement}"
    assert done.returncode == 1


def test_a_script_may_handle_a_missing_name_itself(tmp_path):
    """A missing name is the ImportError or AttributeError that a script expects of PyTorch."""
    done = run(
        tmp_path,
        """
        import torch
        try:
            from torch import nothing
        except ImportError as error:
            print(type(error).__mro__[1].__name__, hasattr(torch, "nothing"))
        """,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("ModuleNotFoundError False\n", "", 0)


def test_a_missing_module_of_another_library_is_left_alone(tmp_path):
    """Only torch's names are explained; other import errors look as in Python."""
    write(tmp_path / "beside.py", "import nosuchmodule\n")
    done = run(tmp_path, "import beside\n")
    lines = done.stderr.splitlines()
    assert [line.split('"')[1] for line in lines if "File" in line] == [
        str(tmp_path / "script.py"),
        str(tmp_path / "beside.py"),
    ]
    assert lines[-1] == "ModuleNotFoundError: No module named 'nosuchmodule'"


def test_a_missing_name_in_a_module_beside_the_script(tmp_path):
    """The line named is the one that says the missing name."""
    write(tmp_path / "beside.py", "import torch\n\n\ndef f():\n    return torch.lineer()\n")
    done = run(tmp_path, "import beside\nbeside.f()\n", cwd=tmp_path)
    assert done.stderr.splitlines()[0].startswith("beside.py:5: torch.lineer is not in minitorch")


def test_wrong_arguments_are_one_line_and_status_2(tmp_path):
    """A script that is not there, a folder, an unknown command, no command."""
    for arguments, message in [
        (("run", "nosuch.py"), "minitorch run: cannot open 'nosuch.py': No such file or directory"),
        (("compare", "nosuch.py"), "minitorch compare: cannot open 'nosuch.py': No such file or directory"),
        (("run", str(tmp_path)), f"minitorch run: cannot open {str(tmp_path)!r}: Is a directory"),
        (("rnu",), "minitorch: argument COMMAND: invalid choice: 'rnu'"),
        ((), "minitorch: the following arguments are required: COMMAND"),
        (("run",), "minitorch run: the following arguments are required: SCRIPT"),
        (
            ("compare", "--threads", "0", "x.py"),
            "minitorch compare: argument --threads: invalid positive value: '0'",
        ),
        (("compare", "--plot", "no/where.png", __file__), "minitorch compare: cannot write 'no/where.png'"),
        (("compare", "--json", str(tmp_path), __file__), "minitorch compare: cannot write"),
    ]:
        done = minitorch(*arguments, cwd=tmp_path)
        assert one_line(done.stderr).startswith(message)
        assert (done.returncode, done.stdout) == (2, "")


def test_help_and_version():
    """--help names the commands and gives an example each; --version names the version."""
    import minitorch as package

    assert minitorch("--version").stdout == f"minitorch {package.__version__}\n"
    for arguments in ((), ("run",), ("compare",)):
        done = minitorch(*arguments, "--help")
        assert done.returncode == 0 and "example:\n  minitorch " in done.stdout


def test_the_command_line_starts_light(tmp_path):
    """Reading the arguments imports neither torch nor what only a table or a picture needs."""
    heavy = ("torch", "torchvision", "rich", "matplotlib", "sklearn")
    done = run(tmp_path, f"import sys\nprint([name for name in {heavy} if name in sys.modules])\n")
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_import_by_name_and_folders_that_the_script_adds(tmp_path):
    """importlib.import_module, and modules of a folder that the script puts on sys.path, give minitorch too."""
    write(tmp_path / "common/shared.py", "import torch\nprint('shared', torch.__name__)")
    done = run(
        tmp_path / "programs",
        """
        import importlib, os, sys
        from importlib import import_module
        sys.path.append(os.path.join(os.path.dirname(__file__), "..", "common"))
        import shared
        print(importlib.import_module("torch").__name__, import_module("torch.nn.functional").__name__)
        print(import_module("json").__name__, import_module(".decoder", "json").__name__)
        try:
            import_module("torch.nothing")
        except ImportError as error:
            print(error)
        """,
    )
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.splitlines() == [
        "shared minitorch",
        "minitorch minitorch.nn.functional",
        "json json.decoder",
        "torch.nothing is not in minitorch",
    ]


def test_a_module_of_a_package(tmp_path):
    """-m runs as `python -m`: relative imports, the folder on the path, __main__ of a package."""
    write(tmp_path / "project/__init__.py", "import torch\nprint('package', torch.__name__)")
    write(tmp_path / "project/models/net.py", "from torch import nn\nprint('net', nn.__name__)")
    train = """
        import sys
        from .models import net
        from project.models.net import nn
        print(__name__, __package__, __spec__.name, sys.argv[1:], nn is net.nn)
    """
    write(tmp_path / "project/train.py", train)
    write(tmp_path / "project/__main__.py", train)
    write(tmp_path / "plain.py", "import torch\nprint(__name__, repr(__package__), torch.__name__)")
    for name, spec in (("project.train", "project.train"), ("project", "project.__main__")):
        done = minitorch("run", "-m", name, "--epochs", 2, cwd=tmp_path)
        assert done.stderr == "" and done.returncode == 0
        assert done.stdout.splitlines() == [
            "package minitorch",
            "net minitorch.nn",
            f"__main__ project {spec} ['--epochs', '2'] True",
        ]
    assert minitorch("run", "-m", "plain", cwd=tmp_path).stdout == "__main__ '' minitorch\n"
    done = minitorch("run", "-m", "project.nothing", cwd=tmp_path)
    assert one_line(done.stderr).startswith("minitorch run: no module named 'project.nothing' in this folder")
    assert done.returncode == 2


def test_the_version_is_that_of_the_names(tmp_path):
    """A script that asks for torch 2 or newer runs; it can still find out where it is."""
    done = run(
        tmp_path,
        """
        import torch
        assert torch.__version__ >= "2.0" and torch.__version__ > (1, 13) and torch.__version__ < "3"
        assert int(torch.__version__.split(".")[0]) >= 2
        print(torch.__version__, torch.version.__version__)
        """,
    )
    assert done.stderr == ""
    assert done.stdout.split()[0].startswith("2.") and done.stdout.split()[1].startswith("0.")


def test_edges_of_a_script(tmp_path):
    """What stands around the training in scripts of others: settings, devices, mixed precision, compile."""
    done = run(
        tmp_path,
        """
        import random
        import torch, torch.backends.cudnn as cudnn
        from torch import nn, optim
        from torch.amp import GradScaler, autocast
        from torch.cuda.amp import autocast as older_autocast
        import torch.distributed as dist

        torch.manual_seed(0)
        if torch.cuda.is_available():
            torch.cuda.manual_seed_all(0)
        cudnn.deterministic, cudnn.benchmark = True, False
        torch.set_num_threads(1)
        torch.set_float32_matmul_precision("high")
        device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")
        use_amp = device.type == "cuda"
        dtypes = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
        main_process = not dist.is_available() or not dist.is_initialized() or dist.get_rank() == 0

        @torch.compile
        def loss_of(model, x):
            return model(x).square().mean()

        model = torch.compile(nn.Linear(3, 2).to(device))
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        scaler = GradScaler(device.type, enabled=use_amp)
        for _ in range(2):
            with autocast(device.type, dtype=dtypes["float16"], enabled=use_amp):
                loss = loss_of(model, torch.ones(4, 3, device=device))
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)
        with torch.random.fork_rng():
            torch.rand(3)
        print(main_process, device, loss.item() > 0, torch.initial_seed())
        """,
    )
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout == "True cpu True 0\n"


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_that_the_script_starts_get_minitorch_too(tmp_path, method):
    """Workers of a DataLoader begin empty there, and load the script and the modules beside it anew."""
    write(tmp_path / "beside.py", "import torch\nclass Base(torch.utils.data.Dataset):\n    library = torch.__name__")
    done = run(
        tmp_path,
        f"""
        import torch
        from beside import Base

        class Words(Base):
            def __len__(self):
                return 2
            def __getitem__(self, index):
                return torch.__name__, self.library, __file__, torch.utils.data.get_worker_info().id == index

        if __name__ == "__main__":
            for batch in torch.utils.data.DataLoader(Words(), 1, num_workers=2, multiprocessing_context={method!r}):
                print(*batch)
        """,
    )
    assert done.stderr == "" and done.returncode == 0
    name = (str(tmp_path / "script.py"),)
    assert done.stdout == f"('minitorch',) ('minitorch',) {name} tensor([True])\n" * 2


def test_tensorboard_is_named_where_it_is_missing(tmp_path):
    """Without the package: which one, and how to get it; a script may catch it as in PyTorch."""
    done = run(
        tmp_path,
        """
        import sys
        sys.modules["tensorboard"] = None  # as if it were not installed
        from torch.utils.tensorboard import SummaryWriter
        """,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: ")
    assert "pip install tensorboard" in done.stderr.splitlines()[-1]
