"""What the tables share: posts by name, keys of rows, columns in order."""

from __future__ import annotations

import pandas as pd

NEGLIGIBLE = 1e-9


def post_named(ledger: object, name: str) -> object:
    """Return the post of a ledger with this name."""
    return next(post for post in ledger.posts if post.name == name)


def keys_of(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    """Return the values of some columns, one tuple per row."""
    return list(frame[list(columns)].itertuples(index=False, name=None))


def ordered(frame: pd.DataFrame, *first: str) -> pd.DataFrame:
    """Return the table with these columns first and rows numbered anew."""
    rest = [column for column in frame.columns if column not in first]
    return frame[[*first, *rest]].reset_index(drop=True)
