"""The program of today that a graph program is."""

from __future__ import annotations

import ast

from fallline.old.modernise.graphs.answers import Asked
from fallline.old.modernise.graphs.loops import check_loop, kept_losses, read_loop
from fallline.old.modernise.graphs.losses import Loss, accuracy_of, read_loss
from fallline.old.modernise.graphs.network import Dropout, Network, network
from fallline.old.modernise.graphs.sorted import Sorted, sort_statements
from fallline.old.modernise.graphs.steps import Training, optimizer, runs
from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Plain, Value
from fallline.old.modernise.left import Left, Modern
from fallline.old.program import Source

READER = "tensorflow.examples.tutorials.mnist"
COLUMN = "np.reshape({}, (-1, 1))"
"""A list of numbers as rows of one column."""


def modern_graph(source: Source) -> Modern:
    """The model of today that a graph program builds and trains; nothing is written where something is not understood."""
    try:
        return Modern(_written(source), in_parts=False)
    except NotUnderstoodError as error:
        return Modern(source.text, (Left(error.line, error.why),), in_parts=False)
    except IndexError:  # an argument that is given in a way that is not looked for
        return Modern(
            source.text, (Left(1, "a call of TensorFlow's without the arguments it needs."),), in_parts=False
        )


def _written(source: Source) -> str:
    found = sort_statements(source.tree)
    step = next(
        fetch for fetch in found.steps[0].fetches if isinstance(fetch, Node) and fetch.kind == ".minimize"
    )
    rule, loss_node = optimizer(step)
    loss = read_loss(loss_node)
    net = network(loss.output)
    training = read_loop(found.loops, found.steps[0])
    every = [run for loop in found.loops[:1] for run in runs(loop, found.reader, found.sessions)]
    kept = kept_losses(found.loops, every, loss_node)
    check_loop(found.loops, every, kept.values())
    metrics = {accuracy_of(value, loss) for value in found.reader.names.values()} - {None}
    asked = Asked(found, net, loss, loss_node, COLUMN)
    lines = [_kept(statement, source) for statement in found.before]
    lines = _imports(lines, net)
    lines += [
        "",
        *_seed(found),
        *_model(net, training),
        _compile(rule, loss, metrics),
        _fit(net, training, loss, _prints(found)),
        *(f'{name} = history.history["loss"]' for name in kept),
        "",
    ]
    lines += [_after(statement, source, found, asked) for statement in found.after]
    return _header(source) + "\n".join(lines).strip("\n") + "\n"


def _after(statement: ast.stmt, source: Source, found: Sorted, asked: Asked) -> str:
    """A statement after training, with what it asks of the session asked of the model."""
    kept = _kept(statement, source)
    if not any(runs(statement, found.reader, found.sessions)):
        for each in sorted(ast.walk(statement), key=lambda node: isinstance(node, ast.Name)):
            asked.refuse(each)
        return kept
    above = kept.splitlines()[: _lines_above(kept)]
    return "\n".join([*above, ast.unparse(ast.fix_missing_locations(asked.visit(statement)))])


def _lines_above(kept: str) -> int:
    """How many lines of comments, or empty ones, stand above a statement."""
    lines = kept.splitlines()
    return next((place for place, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)


def _header(source: Source) -> str:
    """The comments that a program begins with."""
    lines = source.text.splitlines()
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join(lines[:count]) + "\n" if count else ""


def _kept(statement: ast.stmt, source: Source) -> str:
    """A statement as it stands in the text, with the comments above it, moved to the left margin."""
    lines = source.text.splitlines()
    first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
    while (
        first and lines[first - 1].lstrip().startswith("#") and first - 1 >= len(_header(source).splitlines())
    ):
        first -= 1
    text = "\n".join(line[statement.col_offset :] for line in lines[first:last])
    if first and not lines[first - 1].strip():
        text = "\n" + text
    return text.replace(f"from {READER}", f"from {READER.replace('tensorflow', 'fallline.graph')}")


def _imports(lines: list[str], net: Network) -> list[str]:
    """Adds what the new lines need to the imports at the top."""
    last = max(
        (
            place
            for place, line in enumerate(lines)
            if line.lstrip("\n#").startswith(("import ", "from ")) or "\nfrom " in line or "\nimport " in line
        ),
        default=-1,
    )
    numpy = (
        []
        if any("import numpy as np" in line for line in lines) or not net.single
        else ["import numpy as np"]
    )
    return [*lines[: last + 1], *numpy, "import fallline as fl", *lines[last + 1 :]]


def _seed(found: Sorted) -> list[str]:
    return [f"fl.utils.set_random_seed({found.seed})"] if found.seed is not None else []


def _model(net: Network, training: Training) -> list[str]:
    layers = [f"    fl.Input(({net.width},)),"]
    for layer in net.layers:
        if isinstance(layer, Dropout):
            layers.append(f"    fl.layers.Dropout({_dropped(layer.keep, training)}),")
        else:
            layers.append(f"    {layer.text('fl')},")
    return ["model = fl.Sequential([", *layers, "])"]


def _dropped(keep: Value, training: Training) -> str:
    """The rate of a dropout, by what is kept in training."""
    text = keep.text if isinstance(keep, Plain) else None
    if isinstance(keep, Node):
        text = training.others.get(keep) or training.feeds.get(keep)
    if text is None:
        raise NotUnderstoodError(
            getattr(keep, "source", None), "a dropout whose rate is not fed in training."
        )
    return f"1 - {text}"


def _compile(rule: str, loss: Loss, metrics: set[str | None]) -> str:
    text = loss.text
    if loss.halved:
        text = f"lambda y_true, y_pred: fl.ops.sum(fl.ops.square(y_pred - y_true)) / ({loss.halved})"
    told = f", metrics=[{', '.join(map(str, metrics))}]" if metrics else ""
    return f"model.compile(optimizer={rule}, loss={text}{told})"


def _prints(found: Sorted) -> bool:
    """Whether the loop shows how training goes on."""
    names = (each.func for each in ast.walk(found.loops[0]) if isinstance(each, ast.Call))
    return any(isinstance(name, ast.Name) and name.id == "print" for name in names)


def _fit(net: Network, training: Training, loss: Loss, shown: bool) -> str:
    rows, targets = training.feeds.get(net.input), training.feeds.get(loss.target)
    if rows is None or targets is None:
        raise NotUnderstoodError(loss.target.source, "a step that is not fed its rows and targets.")
    if net.single:
        rows, targets = COLUMN.format(rows), COLUMN.format(targets)
    size = training.batch_size or f"len({training.feeds[net.input]})"
    steps = f", steps_per_epoch={training.steps}" if training.steps else ""
    shuffle = "" if training.shuffle else ", shuffle=False"
    silent = "" if shown else ", verbose=0"
    return f"history = model.fit({rows}, {targets}, batch_size={size}, epochs={training.epochs}{steps}{shuffle}{silent})"
