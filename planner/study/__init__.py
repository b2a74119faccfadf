"""Studies: many plans of one instance, and what they say together.

session.py  the model kept in the solver while parameters change      changes.py  an instance with changes made
sweep.py    one or several parameters along values                    results.py  tidy tables of many answers, on disk
tornado.py  each assumption from low to high, ranked                  workers.py  on one core, all cores, a Dask cluster
value.py    what one more of everything is worth, and how far         breakeven.py  where an answer flips
"""
