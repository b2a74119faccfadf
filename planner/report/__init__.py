"""Reports: tables in, words and pictures out; nothing here knows the model or the solver."""
