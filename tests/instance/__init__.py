"""Tests of reading instances."""
