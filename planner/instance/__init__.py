"""What is the world like: reading an instance folder, checking it, and deriving what the model needs from it.

`load` turns a folder of TOML and CSV files into an `Instance`, or raises an `InstanceError` with everything that is
wrong at once. The schema (`planner.instance.schema`) declares every table and setting; reading, messages, the format
reference and the path language for overrides all follow from it. No Pyomo here.
"""

from planner.instance.instance import Instance
from planner.instance.load import load
from planner.instance.problem import InstanceError, Problem

__all__ = ["Instance", "InstanceError", "Problem", "load"]
