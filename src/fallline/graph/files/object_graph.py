"""The names of variables in a checkpoint of TensorFlow 2, which keeps them under the attributes that lead to them.

The key `model/w/.ATTRIBUTES/VARIABLE_VALUE` holds the variable that the program called `dense/kernel`; the checkpoint's
description of its objects has both.

Source: TensorFlow, core/protobuf/trackable_object_graph.proto.
"""

from __future__ import annotations

from collections import Counter

from fallline.wire.protobuf import BYTES, read_fields

KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
"""Under which the description lies, as one text."""


def full_names(description: bytes) -> dict[str, str]:
    """Key -> the name of the variable; those that no two variables share.

    Raises:
        ValueError: it is no description of objects.
    """
    named = {}
    for node in read_fields(description):
        if node.number != 1 or node.kind != BYTES:
            continue
        for attribute in read_fields(node.value):
            if attribute.number == 2 and attribute.kind == BYTES:
                known = {field.number: field.value for field in read_fields(attribute.value)}
                name, key = (known.get(number, b"").decode("utf-8", "replace") for number in (2, 3))
                if name and key:
                    named[key] = name
    often = Counter(named.values())
    return {key: name for key, name in named.items() if often[name] == 1}
