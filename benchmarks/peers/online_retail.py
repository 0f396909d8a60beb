"""The whole job in pandas and scikit-learn: read, cleanse, RFM, log1p, standardise, k-means for k = 2 to 10 with the same figures.

Usage: online_retail.py FILE; prints one JSON line. The time counts from the first byte read, after the libraries are loaded.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

begin = time.perf_counter()
orders = pd.read_csv(
    sys.argv[1],
    encoding="latin-1",
    dtype={"InvoiceNo": str, "StockCode": str, "Description": str, "CustomerID": str, "Country": str},
)
orders["InvoiceDate"] = pd.to_datetime(orders["InvoiceDate"], format="%m/%d/%Y %H:%M")
kept = orders[
    orders["CustomerID"].notna()
    & ~orders["InvoiceNo"].str.startswith("C")
    & (orders["Quantity"] > 0)
    & (orders["UnitPrice"] > 0)
].copy()
kept["Revenue"] = kept["Quantity"] * kept["UnitPrice"]
now = kept["InvoiceDate"].max()
customers = kept.groupby("CustomerID").agg(
    last=("InvoiceDate", "max"), frequency=("InvoiceNo", "nunique"), monetary_value=("Revenue", "sum")
)
recency_days = (now - customers["last"]).dt.days
raw = np.column_stack([recency_days, customers["frequency"], customers["monetary_value"]]).astype(float)
logged = np.log1p(raw)
scaled = (logged - logged.mean(axis=0)) / logged.std(axis=0)
prepared = time.perf_counter()

scan = []
for k in range(2, 11):
    model = KMeans(n_clusters=k, n_init=10, max_iter=300, random_state=42).fit(scaled)
    scan.append(
        {
            "k": k,
            "inertia": model.inertia_,
            "silhouette": silhouette_score(scaled, model.labels_),
            "davies_bouldin": davies_bouldin_score(scaled, model.labels_),
            "calinski_harabasz": calinski_harabasz_score(scaled, model.labels_),
        }
    )
end = time.perf_counter()
print(
    json.dumps(
        {
            "seconds": end - begin,
            "dataset_seconds": prepared - begin,
            "model_seconds": end - prepared,
            "rows_kept": len(kept),
            "customers": len(customers),
            "revenue": float(kept["Revenue"].sum()),
            "k_scan": scan,
        }
    )
)
