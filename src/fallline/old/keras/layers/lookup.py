"""Words, or category numbers, as numbers from 0 on: on the host, before a network sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fallline.errors import TEXT, UsageError
from fallline.layers import Tensor

MODES = ("int", "one_hot", "multi_hot", "count")


class Lookup:
    """What the lookups share: a vocabulary, given or read from data by `adapt`.

    Args:
        max_tokens: The largest size of the vocabulary, with mask and unknown; None: all.
        num_oov_indices: How many numbers stand for what is not known; 0: it is an error.
        mask_token: What becomes 0; None: nothing.
        oov_token: What stands for what is not known.
        vocabulary: The known tokens in order, or a file with one a line.
        output_mode: "int": numbers; "one_hot", "multi_hot", "count": rows.
        invert: Whether numbers become tokens instead.
        name: The layer's name.
        **kwargs: Other arguments of Keras.

    Source: Keras 3 for names, arguments and numbers.
    """

    kind: ClassVar[Any] = object

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = None,
        vocabulary: Any = None,
        output_mode: str = "int",
        invert: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del kwargs
        if output_mode not in MODES:
            raise UsageError(
                f"{type(self).__name__}: output_mode is one of {', '.join(MODES)}, got {output_mode!r:.40}."
            )
        self.max_tokens, self.num_oov_indices, self.mask_token = max_tokens, num_oov_indices, mask_token
        self.oov_token, self.output_mode, self.invert, self.name = oov_token, output_mode, invert, name
        self._tokens: list[Any] = []
        if vocabulary is not None:
            self.set_vocabulary(vocabulary)

    def adapt(self, data: Any, **kwargs: Any) -> None:
        """Reads the vocabulary from data: the most frequent tokens first, of equally frequent ones the last in order."""
        del kwargs
        counts = Counter(self._plain(data).reshape(-1).tolist())
        counts.pop(self.mask_token, None)
        # As Keras sorts: by count, then by the token, both downwards.
        known = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        room = None if self.max_tokens is None else self.max_tokens - len(self._special())
        self._tokens = known[:room]

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Gives the tokens in order, special ones in front or left out."""
        del idf_weights
        if isinstance(vocabulary, str | Path):
            vocabulary = Path(vocabulary).read_text(encoding="utf-8").splitlines()
        given = self._plain(vocabulary).reshape(-1).tolist()
        special = self._special()
        self._tokens = given[len(special) :] if special and given[: len(special)] == special else given
        if len(set(self._tokens)) < len(self._tokens):
            raise UsageError(f"{type(self).__name__}: the vocabulary holds a token twice.")

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers."""
        return [*(self._special() if include_special_tokens else []), *self._tokens]

    def vocabulary_size(self) -> int:
        """How many tokens there are, with mask and unknown."""
        return len(self.get_vocabulary())

    vocab_size = vocabulary_size

    def __call__(self, inputs: Any) -> NDArray[Any]:
        """Tokens as numbers, or as rows.

        Raises:
            UsageError: inputs are symbolic; or a token is not known and num_oov_indices is 0.
        """
        if isinstance(inputs, Tensor):
            raise UsageError(
                f"{type(self).__name__}: {TEXT} Call it on the array, and give the model what it gives."
            )
        if self.invert:
            words = np.array(self.get_vocabulary(), dtype=object)
            return np.asarray(words[np.asarray(inputs)])
        tokens = self._plain(inputs)
        place = {token: number for number, token in enumerate(self.get_vocabulary())}
        unknown = 0 if self.mask_token is None else 1
        numbers = np.array(
            [
                place.get(token, unknown if self.num_oov_indices else -1)
                for token in tokens.reshape(-1).tolist()
            ],
            dtype="int64",
        ).reshape(tokens.shape)
        if (numbers < 0).any():
            strange = tokens.reshape(-1)[numbers.reshape(-1) < 0][0]
            raise UsageError(
                f"{type(self).__name__}: {strange!r} is not in the vocabulary, and num_oov_indices is 0."
            )
        return numbers if self.output_mode == "int" else self._rows(numbers)

    def _special(self) -> list[Any]:
        mask = [] if self.mask_token is None else [self.mask_token]
        return [*mask, *[self.oov_token] * self.num_oov_indices]

    def _rows(self, numbers: NDArray[Any]) -> NDArray[Any]:
        hot = np.eye(self.vocabulary_size(), dtype="float32")[numbers]
        if self.output_mode == "one_hot" or numbers.ndim < 2:
            return np.asarray(hot[..., 0, :] if numbers.shape[-1:] == (1,) and numbers.ndim > 1 else hot)
        counted = hot.sum(axis=-2)
        return np.asarray(counted if self.output_mode == "count" else np.minimum(counted, 1))

    def _plain(self, data: Any) -> NDArray[Any]:
        if hasattr(data, "as_numpy_iterator") or (
            isinstance(data, Iterable) and not hasattr(data, "__len__")
        ):
            data = np.concatenate([np.atleast_1d(np.asarray(each)) for each in data])
        return np.asarray(data)


class StringLookup(Lookup):
    """Words as numbers; see `Lookup`."""

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = "[UNK]",
        vocabulary: Any = None,
        output_mode: str = "int",
        invert: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            output_mode,
            invert,
            name,
            **kwargs,
        )

    def _plain(self, data: Any) -> NDArray[Any]:
        array = super()._plain(data)
        words = [
            each.decode() if isinstance(each, bytes) else str(each) for each in array.reshape(-1).tolist()
        ]
        return np.array(words, dtype=object).reshape(array.shape)


class IntegerLookup(Lookup):
    """Category numbers as numbers from 0 on; see `Lookup`."""

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = -1,
        vocabulary: Any = None,
        output_mode: str = "int",
        invert: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            output_mode,
            invert,
            name,
            **kwargs,
        )
