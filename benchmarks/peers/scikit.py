"""scikit-learn on the data sets of engine.mjs: one JSON line a measurement, milliseconds."""
import json
import statistics
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

warnings.filterwarnings("ignore")


def customers(n, d):
    """Logged recency, frequency, spend of five kinds of customers, and five features made of them; standardised."""
    rng = np.random.default_rng(7)
    kind = rng.choice(5, n, p=[0.3, 0.25, 0.2, 0.15, 0.1])
    mean = np.array([[5, 0.2, 5.3], [3.9, 1, 6.3], [2.6, 1.8, 7.4], [5.3, 0.1, 4.6], [1.5, 3, 8.8]])
    spread = np.array([[0.5, 0.3, 0.7], [0.8, 0.5, 0.7], [0.9, 0.6, 0.8], [0.4, 0.15, 0.6], [0.9, 0.7, 1]])
    root = np.linalg.cholesky(np.array([[1, -0.3, -0.3], [-0.3, 1, 0.7], [-0.3, 0.7, 1]]))
    x = mean[kind] + spread[kind] * (rng.standard_normal((n, 3)) @ root.T)
    recency = np.log1p(np.clip(np.floor(np.exp(x[:, 0])), 0, 373))
    orders = np.maximum(1, np.round(np.exp(x[:, 1])))
    columns = [recency, np.log1p(orders), x[:, 2]]
    if d == 8:
        value = x[:, 2] - np.log(orders)
        days = np.where(orders > 1, np.clip(373 - np.expm1(recency), 0, None) * rng.beta(2, 1.2, n), 0)
        lines = np.log1p(orders) + 2.5 + 0.6 * rng.standard_normal(n)
        products = lines - 0.35 * np.abs(rng.standard_normal(n))
        gap = np.log1p(days / np.maximum(1, orders - 1))
        columns += [value, np.log1p(days), lines, products, gap]
    rows = np.stack(columns, 1)
    return np.ascontiguousarray((rows - rows.mean(0)) / rows.std(0))


def timed(work, repeats):
    times, value = [], None
    for repeat in range(repeats):
        start = time.perf_counter()
        value = work(repeat)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), value


def report(name, threads, milliseconds, value):
    print(json.dumps({"name": name, "threads": threads, "ms": milliseconds, "value": value}), flush=True)


command, path = sys.argv[1:3]
n, d, k, repeats = map(int, sys.argv[3:7])
if command == "data":
    customers(n, d).tofile(path)
    sys.exit()
rows = np.fromfile(path).reshape(n, d)
KMeans(2, n_init=1).fit(rows[:500])
for threads in (1, 2):
    with threadpool_limits(threads):
        if command == "kmeans":
            for algorithm in ("lloyd", "elkan") if n <= 100_000 else ("lloyd",):
                fit = lambda seed: KMeans(k, n_init=10, random_state=seed, algorithm=algorithm).fit(rows)
                milliseconds, model = timed(fit, repeats)
                report(algorithm, threads, milliseconds, model.inertia_)
        elif command == "minibatch":
            # Its own inertia_ is that of the last batches: predict and add up, as the other side does.
            def minibatch(seed):
                start = time.process_time()
                model = MiniBatchKMeans(k, n_init=10, random_state=seed).fit(rows)
                inertia = -float(model.score(rows))
                return {"cpu": time.process_time() - start, "inertia": inertia}

            values = [timed(lambda _: minibatch(seed), 1) for seed in range(repeats)]
            report("minibatch", threads, statistics.median(ms for ms, _ in values), [value for _, value in values])
        elif command == "silhouette":
            labels = np.fromfile(path + ".labels", dtype=np.int32)
            report("silhouette_score", threads, *timed(lambda _: float(silhouette_score(rows, labels)), repeats))
        elif command == "sweep":

            def sweep(seed):
                scores = []
                for clusters in range(2, 11):
                    model = KMeans(clusters, n_init=10, random_state=seed).fit(rows)
                    scores.append((model.inertia_, float(silhouette_score(rows, model.labels_))))
                return scores

            report("sweep", threads, *timed(sweep, repeats))
