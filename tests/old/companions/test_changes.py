"""Changes of libraries, for a program alone."""

from __future__ import annotations

import types

import pytest

from fallline.old.companions.changes import Changes


def test_what_is_put_is_taken_back_in_turn():
    module = types.ModuleType("module")
    module.kept = 1
    changes = Changes()
    changes.put(module, "kept", 2)
    changes.put(module, "kept", 3)
    changes.put(module, "new", 4)
    changes.add(module, "kept", print, "nothing")
    assert (module.kept, module.new) == (3, 4)
    changes.take_back()
    assert module.kept == 1
    assert not hasattr(module, "new")


def test_old_names_are_for_programs_and_not_for_libraries():
    module = types.ModuleType("module")
    changes = Changes()
    changes.names(module, {"old": (lambda: 3, "new")})
    assert module.old == 3
    library = compile("hasattr(module, 'old')", types.__file__, "eval")
    assert not eval(library, {"module": module})
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        _ = module.other
    changes.take_back()
    with pytest.raises(AttributeError):
        _ = module.old
