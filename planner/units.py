"""The unit words of the planner and the conversions between files and model.

Files carry the unit in the column name; the model works in MW, MWh, h, Gtok (10^9 tokens), Gtok/h, M USD (real, of the
base year), Gbps, ms, t CO2 and m3. Every conversion stands here, and no other magic number stands anywhere.
"""

from __future__ import annotations

HOURS_PER_YEAR = 8760
HOURS_PER_DAY = 24
DAYS_PER_YEAR = 365
DAYS_PER_WEEK = 7
SECONDS_PER_HOUR = 3600

KW_PER_MW = 1e3
KG_PER_T = 1e3
W_PER_KW = 1e3
MS_PER_S = 1e3
USD_PER_MUSD = 1e6
BITS_PER_BYTE = 8
TOK_PER_GTOK = 1e9
MTOK_PER_GTOK = 1e3
KTOK_PER_GTOK = 1e6
L_PER_M3 = 1e3
BYTES_PER_GB = 1e9
BITS_PER_GBIT = 1e9

MUSD_PER_USD = 1 / USD_PER_MUSD
"""USD -> M USD; also USD/MWh -> M USD/MWh and USD/MW-yr -> M USD/MW-yr."""

MUSD_PER_MW_FROM_USD_PER_KW = KW_PER_MW / USD_PER_MUSD
"""USD/kW -> M USD/MW; also USD/kWh -> M USD/MWh."""

MUSD_PER_GTOK_FROM_USD_PER_MTOK = MTOK_PER_GTOK / USD_PER_MUSD
"""USD/Mtok -> M USD/Gtok."""

GTOK_PER_H_FROM_TOK_PER_S = SECONDS_PER_HOUR / TOK_PER_GTOK
"""tok/s -> Gtok/h."""

T_PER_MWH_FROM_KG_PER_MWH = 1 / KG_PER_T
"""kg/MWh -> t/MWh."""

GBPS_FROM_GTOK_PER_H_BYTES = TOK_PER_GTOK * BITS_PER_BYTE / SECONDS_PER_HOUR / BITS_PER_GBIT
"""(Gtok/h x bytes per token) -> Gbps."""

GB_PER_GTOK_BYTE = TOK_PER_GTOK / BYTES_PER_GB
"""(Gtok x bytes per token) -> GB."""

EARTH_RADIUS_KM = 6371.0
MS_PER_KM_OF_FIBRE = 4.9e-3  # one way: light in glass of refractive index 1.47
