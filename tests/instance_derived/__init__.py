"""Tests of what is derived from an instance before the model: hours, demand, eligible points, routes."""
