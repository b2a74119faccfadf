"""Plans: the pipeline that makes them, their tables, accounts, prices and files."""
