"""Executes a notebook with this interpreter as its kernel, and prints what its cells print: FILE.ipynb.

Whatever kernels are installed, it is the one of this environment, which has the package.
"""

import json
import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


class ThisPython(KernelManager):
    @property
    def kernel_spec(self):
        return KernelSpec(argv=COMMAND, display_name="python3", language="python")


def started():
    """A kernel and its client. A kernel ends at once if one of its ports has been taken since they were chosen."""
    for attempt in range(3):
        kernel = ThisPython()
        kernel.start_kernel()
        client = kernel.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            return kernel, client
        except RuntimeError:
            kernel.shutdown_kernel(now=True)
            if attempt == 2:
                raise


def show(message):
    content = message["content"]
    if message["msg_type"] == "stream":
        print(content["text"], end="", flush=True)
    elif message["msg_type"] == "error":
        print("\n".join(content["traceback"]), file=sys.stderr)


def run(cells):
    """Whether all cells of code succeed."""
    kernel, client = started()
    try:
        for cell in cells:
            if cell["cell_type"] == "code":
                reply = client.execute_interactive("".join(cell["source"]), timeout=120, output_hook=show)
                if reply["content"]["status"] != "ok":
                    return False
        return True
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


with open(sys.argv[1]) as f:
    sys.exit(0 if run(json.load(f)["cells"]) else 1)
