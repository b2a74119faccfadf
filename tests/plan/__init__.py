"""Tests of whole plans: answers derived by hand, what must hold of every plan, files and the command line."""
