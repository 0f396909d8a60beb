import type { FastifyReply, FastifyRequest } from 'fastify'

/** Upper bounds in seconds; the last bucket has none. */
const BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 120]
const NAME = 'http_request_duration_seconds'

interface Sample {
  metricName: string
  labels: Record<string, string | number>
  value: number
}

/** Requests of one method, route and status. */
class Series {
  readonly #buckets = new Float64Array(BOUNDS.length + 1)
  #sum = 0

  constructor(private readonly labels: { method: string; route: string; status: number }) {}

  add(seconds: number): void {
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++
    this.#buckets[bucket]!++
    this.#sum += seconds
  }

  samples(): Sample[] {
    const { labels } = this
    let count = 0
    const buckets = Array.from(this.#buckets, (requests, index): Sample => {
      count += requests
      return { metricName: `${NAME}_bucket`, labels: { le: BOUNDS[index] ?? '+Inf', ...labels }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${NAME}_sum`, labels, value: this.#sum },
      { metricName: `${NAME}_count`, labels, value: count }
    ]
  }
}

/** Where requests are counted that no route took. */
const NOWHERE = {}

/**
 * How long requests take, as a histogram of Prometheus. Counted here, since prom-client makes a text of the labels with
 * each observation; it only prints.
 */
export class Durations {
  readonly name = NAME
  /** By what is one object a route, then by status, or by method and status where no route is. */
  readonly #series = new Map<object, Map<number | string, Series>>()

  add(request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply): void {
    const { config, url } = request.route
    // The pattern, never the address: a label for each id would grow without end.
    const route = request.is404 || url === undefined ? 'none' : url
    const place = route === 'none' ? NOWHERE : config
    const key = place === NOWHERE ? `${request.method} ${statusCode}` : statusCode
    let ofRoute = this.#series.get(place)
    if (ofRoute === undefined) {
      ofRoute = new Map()
      this.#series.set(place, ofRoute)
    }
    let series = ofRoute.get(key)
    if (series === undefined) {
      series = new Series({ method: request.method, route, status: statusCode })
      ofRoute.set(key, series)
    }
    series.add(elapsedTime / 1000)
  }

  /** For prom-client's registry. */
  async get() {
    const all = [...this.#series.values()].flatMap((ofRoute) => [...ofRoute.values()])
    return {
      name: NAME,
      help: 'Time from the first header to the last byte of the answer.',
      type: 'histogram',
      values: all.flatMap((series) => series.samples()),
      aggregator: 'sum'
    }
  }
}
