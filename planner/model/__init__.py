"""The model: one hour of the factory in Pyomo, one chapter a file; `build` is its table of contents."""
