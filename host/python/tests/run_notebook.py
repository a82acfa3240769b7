"""Executes a notebook with this interpreter as its kernel: run_notebook.py FILE.ipynb."""

import sys

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient


class ThisPython(AsyncKernelManager):
    """Whatever kernels are installed, the one of this environment, which has the package."""

    @property
    def kernel_spec(self):
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="python3", language="python")


notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=120, kernel_manager_class=ThisPython).execute()
printed = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])]
print("".join(printed), end="")
