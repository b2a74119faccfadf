"""Importers: small files in the layouts that are published, written by the tests themselves."""
