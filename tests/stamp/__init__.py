"""Tests of the stamp: it knows no data centre, so neither do these."""
