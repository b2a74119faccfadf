"""Ledgers: each term of a balance, and of the objective, is posted once under a name.

A chapter posts a signed Expression on its own block; balances sum the posts of an account, the objective sums `cash`,
and the plan's accounts evaluate the very same Expressions. So a new technology touches no balance, and reported money
cannot differ from optimised money.

| ledger | account | unit of a post on m.step | closed by |
|---|---|---|---|
| power | node | MW | power_balance |
| heat | site, cooling design | MW | heat_balance |
| tokens | place, product | Gtok/h | token_balance |
| cash | none | M USD/h (M USD/yr on m.year and m.period) | the objective |
| capex | none | M USD, on m.period | finance turns it into annuities in cash |
| carbon | none | t/h | carbon limit and price |
| water | site | m3/h | water limit and price |
| firm | node | MW, on m.period | firm_capacity |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from pyomo.environ import Block, Expression

from planner.stamp import total


@dataclass(frozen=True)
class Post:
    """One named term of a ledger.

    Attributes:
        name: name of the term in the accounts.
        block: the block (level) it lives on.
        expression: the signed Pyomo Expression, indexed by the post's sets.
        heading: where the term stands in the accounts (cash: revenue, energy, capital ...).
        life_years: for capex, life by index.
        index_names: names of the post's indices, for tables.
    """

    name: str
    block: Block
    expression: Expression
    heading: str = ""
    life_years: Callable[..., float] | None = None
    index_names: tuple[str, ...] = ()


@dataclass
class Ledger:
    """A named book of posts.

    Attributes:
        name: name of the ledger.
        unit: unit of its posts.
        step_unit: unit of its posts on m.step, where that differs.
        dims: how many leading indices of a post name the account.
        posts: what has been posted.
        closed: whether its balances are written, so that a further post would count nowhere.
    """

    name: str
    unit: str
    dims: int
    step_unit: str = ""
    posts: list[Post] = field(default_factory=list)
    closed: bool = False
    _accounts: dict[tuple, list] = field(default_factory=lambda: defaultdict(list))

    def post(
        self,
        name: str,
        block: Block,
        *sets: object,
        rule: Callable[..., object],
        doc: str,
        heading: str = "",
        life_years: Callable[..., float] | None = None,
        index_names: tuple[str, ...] = (),
    ) -> Post:
        """Post a signed term `rule(block, *index)` over `sets`; the first `dims` indices name the account.

        Without `index_names` the indices are called index1, index2, ...

        Raises:
            ValueError: a post of this name is already in the ledger, or the ledger is closed.
        """
        if self.closed:
            raise ValueError(f"{self.name} is closed: its balances are written, and {name} would count nowhere")
        if any(post.name == name for post in self.posts):
            raise ValueError(f"{self.name} already has a post named {name}")
        unit = self.step_unit if self.step_unit and block.local_name == "step" else self.unit
        component = Expression(*sets, rule=rule, doc=f"{doc} ({unit})")
        block.add_component(f"{self.name}_{name.replace(' ', '_').replace('-', '_')}", component)
        names = index_names or tuple(f"index{position + 1}" for position in range(_width(component)))
        post = Post(name, block, component, heading, life_years, names)
        self.posts.append(post)
        for index in component:
            key = index if isinstance(index, tuple) else (index,)
            account = tuple(key[: self.dims]) if self.dims else ()
            self._accounts[account].append(component[index])
        return post

    def balance(self, *account: object) -> object:
        """Return the sum of all posts to an account (an expression; 0 if nothing was posted)."""
        return sum(self._accounts.get(tuple(account), []))

    def per(self, block: Block, *account: object) -> object:
        """Return the sum of all posts to an account, totalled over each copy of a coarser block."""
        return sum(total(term, per=block) for term in self._accounts.get(tuple(account), []))


def _width(component: Expression) -> int:
    """Return how many indices a component has."""
    index = next(iter(component), None)
    return 0 if index is None else len(index) if isinstance(index, tuple) else 1
