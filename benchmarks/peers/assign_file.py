"""Customers of a CSV file to segments with pandas and scikit-learn: the same columns as the service writes.

Usage: assign_file.py CUSTOMERS FIT ANSWER; FIT is the model's own scaling and centroids as JSON. Prints one JSON line: seconds from the
first byte read to the last written and processor seconds, both after the libraries are loaded, and the peak of memory.
"""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

customers_file, fit_file, answer_file = sys.argv[1:]
with open(fit_file) as text:
    fit = json.load(text)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


begin, spent = time.perf_counter(), processor_seconds()
names = [feature["name"] for feature in fit["features"]]
customers = pd.read_csv(customers_file, dtype={"customer_id": str})
raw = customers[names].to_numpy(dtype=float)
center = np.array([feature["center"] for feature in fit["features"]])
scale = np.array([feature["scale"] for feature in fit["features"]])
scaled = (np.log1p(raw) - center) / scale

centroids = np.array([segment["centroid"] for segment in fit["segments"]])
model = KMeans(n_clusters=len(centroids), n_init=1)
model.cluster_centers_ = centroids
model._n_threads = 1
model.n_features_in_ = len(names)
distances = model.transform(scaled)
labels = distances.argmin(axis=1)
two = np.partition(distances, 1, axis=1)
lower = np.array([limit["min"] for limit in fit["ranges"]])
upper = np.array([limit["max"] for limit in fit["ranges"]])
beyond = ((raw < lower) | (raw > upper)).any(axis=1)
radii = np.array([segment["radius"] for segment in fit["segments"]])
segments = pd.DataFrame(fit["named"])
answer = pd.DataFrame(
    {
        "customer_id": customers["customer_id"],
        "segment_id": segments["id"].to_numpy()[labels],
        "segment_name": segments["name"].to_numpy()[labels],
        "distance": two[:, 0].round(6),
        "margin": (1 - two[:, 0] / two[:, 1]).round(6),
        "out_of_domain": np.where(beyond & (two[:, 0] > 1.5 * radii[labels]), "true", "false"),
    }
)
answer.to_csv(answer_file, index=False, lineterminator="\r\n")
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - begin,
            "cpu": processor_seconds() - spent,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        }
    )
)
