"""Real data come in through importers: benchmark rows, weather files and prices of grid operators.

Each importer turns files into a `Change` of one instance: what would be written, said line by line. A change is tried
on a copy first; only if that copy is a valid instance does anything appear in the folder, and then all of it.

    points      benchmark rows of SemiAnalysis InferenceX (JSON, CSV) -> points.csv
    weather     EPW and PVGIS files -> series of temperature, sun and wind
    prices      CSV files of grid operators -> a price series of a source of power
"""
