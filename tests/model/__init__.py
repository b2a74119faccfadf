"""Tests of the mathematics: every row and every cost, against numbers derived by hand."""
