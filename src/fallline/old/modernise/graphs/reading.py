"""Expressions and assignments of a graph program, followed through its names and functions."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fallline.old.dating import tensorflow_name
from fallline.old.modernise.graphs.values import Function, Node, NotUnderstoodError, Plain, Several, Value

OPERATORS: dict[type[ast.operator] | type[ast.unaryop] | type[ast.cmpop], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.USub: "negative", ast.Gt: "greater", ast.Lt: "less", ast.GtE: "greater_equal",
}  # fmt: skip
SAME = {
    "nn.relu": "relu", "nn.sigmoid": "sigmoid", "nn.tanh": "tanh", "nn.softmax": "softmax", "nn.elu": "elu", "nn.selu": "selu",
    "nn.softplus": "softplus", "nn.leaky_relu": "leaky_relu", "math.log": "log", "math.square": "square", "sub": "subtract",
    "mul": "multiply", "neg": "negative", "div": "divide", "math.reduce_mean": "reduce_mean", "math.add": "add",
    "math.multiply": "multiply", "math.subtract": "subtract", "arg_max": "argmax", "math.argmax": "argmax", "math.equal": "equal",
    "random.normal": "random_normal", "random.uniform": "random_uniform", "random.truncated_normal": "truncated_normal",
    "math.sigmoid": "sigmoid", "math.tanh": "tanh", "linalg.matmul": "matmul", "math.pow": "pow", "truediv": "divide",
    "nn.softmax_cross_entropy_with_logits_v2": "nn.softmax_cross_entropy_with_logits", "to_float": "cast",
    "nn.xw_plus_b": "xw_plus_b", "initialize_all_variables": "global_variables_initializer",
    "math.reduce_sum": "reduce_sum",
}  # fmt: skip
"""Names that mean the same."""
DEEPEST = 8


class Reader:
    """Follows the names of a program.

    Attributes:
        names: Name -> what it stands for.
        spaces: Names that modules and their parts go by -> the dotted name of theirs.
    """

    def __init__(self, spaces: dict[str, str]) -> None:
        self.names: dict[str, Value] = {}
        self.spaces = spaces
        self.depth = 0

    def value(self, node: ast.expr) -> Value:
        """What an expression stands for."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, Plain(node))
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.BinOp):
            return self.operator(node, type(node.op), node.left, node.right)
        if isinstance(node, ast.UnaryOp):
            return self.operator(node, type(node.op), node.operand)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self.operator(node, type(node.ops[0]), node.left, node.comparators[0])
        if isinstance(node, ast.Subscript):
            return self.item(node)
        if isinstance(node, ast.List | ast.Tuple):
            return self.several(node, list(range(len(node.elts))), node.elts)
        if isinstance(node, ast.Dict) and None not in node.keys:
            keys = [key.value if isinstance(key, ast.Constant) else key for key in node.keys]
            return self.several(node, keys, node.values)
        if isinstance(node, ast.Attribute) and (name := self.dotted(node)) is not None:
            return Node(SAME.get(name, name), source=node)
        return Plain(node)

    def several(self, node: ast.expr, keys: Sequence[object], parts: list[ast.expr]) -> Value:
        """A list, a tuple or a dictionary; plain where nothing in it is a node."""
        values = [self.value(part) for part in parts]
        if all(isinstance(value, Plain) for value in values) and not any(
            isinstance(key, ast.AST) for key in keys
        ):
            return Plain(node)
        return Several(dict(zip(keys, values, strict=True)))

    def operator(self, node: ast.expr, kind: type, *parts: ast.expr) -> Value:
        """What an operator gives."""
        values = [self.value(part) for part in parts]
        if all(isinstance(value, Plain) for value in values):
            return Plain(self.filled(node))
        if kind not in OPERATORS:
            raise NotUnderstoodError(node, "an operator that no layer and no loss has.")
        return Node(OPERATORS[kind], tuple(values), source=node)

    def filled(self, node: ast.expr) -> ast.expr:
        """An expression with what the names of a function of the program's stand for in their place."""
        if not self.depth:
            return node
        names = self.names

        class Fill(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                value = names.get(name.id)
                return value.expression if isinstance(value, Plain) else name

        return Fill().visit(ast.parse(ast.unparse(node), mode="eval").body)

    def item(self, node: ast.Subscript) -> Value:
        """What stands under a key."""
        value = self.value(node.value)
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(value, Several) and key in value.items:
            return value.items[key]
        if isinstance(value, Node):
            raise NotUnderstoodError(node, "a part of a tensor.")
        return Plain(node)

    def dotted(self, node: ast.expr) -> str | None:
        """The name after `tf.`, for one of TensorFlow's."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self.names or node.id not in self.spaces:
            return None
        return tensorflow_name(".".join([self.spaces[node.id], *parts]))

    def call(self, node: ast.Call) -> Value:
        """What a call gives: a node, or what a function of the program's gives back."""
        name = self.dotted(node.func)
        if name is not None and not name.startswith("examples."):
            arguments = tuple(self.value(each) for each in node.args)
            by_name = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
            return Node(SAME.get(name, name), arguments, by_name, node)
        if isinstance(node.func, ast.Name) and isinstance(function := self.names.get(node.func.id), Function):
            return self.inlined(node, function.definition)
        if isinstance(node.func, ast.Attribute):
            of = self.value(node.func.value)
            if isinstance(of, Node):
                arguments = (of, *(self.value(each) for each in node.args))
                by_name = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
                return Node(f".{node.func.attr}", arguments, by_name, node)
        return Plain(self.filled(node))

    def inlined(self, node: ast.Call, function: ast.FunctionDef) -> Value:
        """What a function of the program's gives back for these arguments."""
        if self.depth >= DEEPEST:
            raise NotUnderstoodError(node, "a function that calls itself.")
        inner = Reader(self.spaces)
        inner.depth = self.depth + 1
        inner.names = dict(self.names)
        parameters = [each.arg for each in function.args.args]
        for name, default in zip(parameters[::-1], function.args.defaults[::-1], strict=False):
            inner.names[name] = self.value(default)
        for name, given in zip(parameters, node.args, strict=False):
            inner.names[name] = self.value(given)
        inner.names |= {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        result = inner.followed(function.body)
        if result is None:
            raise NotUnderstoodError(function, f"{function.name} gives nothing back.")
        return result

    def followed(self, statements: list[ast.stmt]) -> Value | None:
        """Follows the statements of a function; what it gives back, None for nothing."""
        for statement in statements:
            if isinstance(statement, ast.Return):
                return self.value(statement.value) if statement.value is not None else None
            if isinstance(statement, ast.With) and all(self._scope(item) for item in statement.items):
                if (given := self.followed(statement.body)) is not None:
                    return given
            elif not is_text(statement):
                self.assign(statement)
        return None

    def _scope(self, item: ast.withitem) -> bool:
        made = self.value(item.context_expr)
        return isinstance(made, Node) and made.kind in ("name_scope", "variable_scope")

    def assign(self, statement: ast.stmt) -> bool:
        """Follows an assignment; whether it makes nodes."""
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            raise NotUnderstoodError(statement, "a statement among those that make the graph.")
        value = self.value(statement.value)
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            self._bind(target.id, value)
        elif (
            isinstance(target, ast.Subscript)
            and isinstance(target.value, ast.Name)
            and isinstance(target.slice, ast.Constant)
        ):
            held = self.names.get(target.value.id)
            items = held.items if isinstance(held, Several) else {}
            self.names[target.value.id] = Several({**items, target.slice.value: value})
        elif (
            isinstance(target, ast.Tuple)
            and isinstance(value, Several)
            and len(value.items) == len(target.elts)
        ):
            for each, inner in zip(target.elts, value.items.values(), strict=True):
                self._bind(each.id if isinstance(each, ast.Name) else "", inner)
        elif not isinstance(value, Plain):
            raise NotUnderstoodError(statement, "an assignment to more than a name.")
        return not isinstance(value, Plain)

    def _bind(self, name: str, value: Value) -> None:
        if isinstance(value, Plain) and not self.depth:
            self.names.pop(name, None)  # the program's own, under its name
        else:
            self.names[name] = value


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a text alone, such as a description."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
