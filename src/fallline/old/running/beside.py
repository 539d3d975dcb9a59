"""The modules beside a program are read as the program is: lines of IPython's blank, old words there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from fallline.old.program import Program, Source
from fallline.old.running.rewriting import names_of_python_2, rewritten


@contextmanager
def own_modules(program: Program) -> Iterator[None]:
    """Within, the modules beside the program come from its sources."""
    finder = _Finder({source.path.resolve(): source for source in program.beside})
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def __init__(self, sources: dict[Path, Source]) -> None:
        self._sources = sources
        self._names = {path.parent.name if path.stem == "__init__" else path.stem for path in sources}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[2] not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        source = self._sources.get(Path(spec.origin).resolve()) if spec is not None and spec.origin else None
        if spec is None or source is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        spec.loader = _Loader(fullname, spec.origin, source)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str | None, source: Source) -> None:
        super().__init__(name, str(path))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(rewritten(self._source.text), self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(names_of_python_2(self._source.tree))
        super().exec_module(module)
