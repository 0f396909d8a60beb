"""The whole job in pandas and scikit-learn: read, cleanse, RFM, log1p, standardise, k-means for k = 2 to 10 with the same figures.

Then what the service also does before it answers, with its numbers of draws: the spread into 1 to 10 clusters against 15 draws from a
uniform box and 15 from one population of the same shape (800 rows, 8 steps), and the bootstrap of every k (8 times 1,000 rows) and of
the best one (20 times all rows, two starts), compared by the adjusted Rand index and the best Jaccard similarities.

Usage: online_retail.py FILE; prints one JSON line. The time counts from the first byte read, after the libraries are loaded.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score, silhouette_score

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
labelings = {}
for k in range(2, 11):
    model = KMeans(n_clusters=k, n_init=10, max_iter=300, random_state=42).fit(scaled)
    labelings[k] = model.labels_
    scan.append(
        {
            "k": k,
            "inertia": model.inertia_,
            "silhouette": silhouette_score(scaled, model.labels_),
            "davies_bouldin": davies_bouldin_score(scaled, model.labels_),
            "calinski_harabasz": calinski_harabasz_score(scaled, model.labels_),
        }
    )
scanned = time.perf_counter()

random = np.random.default_rng(42)
ROWS, DRAWS, STEPS = 800, 15, 8


def spread(rows, seed):
    """ln of the summed squared distances to the means, for 1 to 10 clusters."""
    return np.log([KMeans(n_clusters=k, n_init=1, max_iter=STEPS, random_state=seed).fit(rows).inertia_ for k in range(1, 11)])


def uniform_box(rows):
    """Even rows in the box along the principal axes."""
    centre = rows.mean(axis=0)
    axes = np.linalg.svd(rows - centre, full_matrices=False)[2]
    turned = (rows - centre) @ axes.T
    return random.uniform(turned.min(axis=0), turned.max(axis=0), rows.shape) @ axes + centre


def one_population(rows):
    """Normal rows of the same rank correlation, each feature given the sample's own quantiles."""
    ranks = rows.argsort(axis=0).argsort(axis=0)
    normal = random.multivariate_normal(np.zeros(rows.shape[1]), np.corrcoef(ranks.T), len(rows))
    return np.take_along_axis(np.sort(rows, axis=0), normal.argsort(axis=0).argsort(axis=0), axis=0)


sample = scaled[random.choice(len(scaled), ROWS, replace=False)]
observed = spread(sample, 42)
gaps = {
    reference.__name__: np.mean([spread(reference(sample), draw) for draw in range(DRAWS)], axis=0) - observed
    for reference in (uniform_box, one_population)
}
evidenced = time.perf_counter()


def stability(labels, k, resamples, rows, starts, steps):
    """Mean adjusted Rand index, and of each cluster the mean best Jaccard similarity, over bootstrap resamples."""
    rand, jaccard = [], []
    for draw in range(resamples):
        drawn = np.unique(random.integers(0, len(scaled), rows))
        after = KMeans(n_clusters=k, n_init=starts, max_iter=steps, random_state=draw).fit(scaled[drawn]).labels_
        table = np.zeros((k, k))
        np.add.at(table, (labels[drawn], after), 1)
        union = table.sum(axis=1, keepdims=True) + table.sum(axis=0) - table
        jaccard.append((table / np.maximum(union, 1)).max(axis=1))
        rand.append(adjusted_rand_score(labels[drawn], after))
    return float(np.mean(rand)), np.mean(jaccard, axis=0)


stable = {k: stability(labels, k, resamples=8, rows=1000, starts=1, steps=20)[1].min() for k, labels in labelings.items()}
best = max(scan, key=lambda each: each["silhouette"])["k"]
rand_index, jaccards = stability(labelings[best], best, resamples=20, rows=len(scaled), starts=2, steps=300)
end = time.perf_counter()
print(
    json.dumps(
        {
            "seconds": scanned - begin,
            "dataset_seconds": prepared - begin,
            "model_seconds": scanned - prepared,
            "equal_seconds": end - begin,
            "evidence_seconds": evidenced - scanned,
            "stability_seconds": end - evidenced,
            "gap": {name: gap.tolist() for name, gap in gaps.items()},
            "least_stable": {str(k): float(value) for k, value in stable.items()},
            "stability": {"k": best, "adjusted_rand": rand_index, "jaccard": jaccards.tolist()},
            "rows_kept": len(kept),
            "customers": len(customers),
            "revenue": float(kept["Revenue"].sum()),
            "k_scan": scan,
        }
    )
)
