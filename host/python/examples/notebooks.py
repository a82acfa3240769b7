"""Makes a notebook of every example: python3 notebooks.py writes NAME.ipynb beside NAME.py, without outputs.

In the scripts, `# %%` begins a cell and `# %% [markdown]` one of text.
"""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = ("paper", "loops", "sweep", "wires", "network")


def cells(script: str) -> "list[tuple[str, str]]":
    """(kind, source) of every cell."""
    found = []
    for part in script.split("# %%")[1:]:
        head, _, body = part.partition("\n")
        if head.strip() == "[markdown]":
            text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.strip("\n").splitlines())
            found.append(("markdown", text.strip("\n")))
        else:
            found.append(("code", body.strip("\n")))
    return found


def notebook(script: str) -> str:
    made = []
    for number, (kind, source) in enumerate(cells(script)):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in EXAMPLES:
        (HERE / f"{name}.ipynb").write_text(notebook((HERE / f"{name}.py").read_text()))
