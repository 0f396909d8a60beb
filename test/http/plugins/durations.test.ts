import type { FastifyReply, FastifyRequest } from 'fastify'
import { Histogram, type Metric, Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { Durations } from '../../../src/http/plugins/durations.ts'

const ROUTES = [
  { url: '/assign', config: {} },
  { url: '/models/:id', config: {} }
]

describe('Durations', () => {
  test("prints what prom-client's own histogram prints", async () => {
    const ours = new Registry()
    const durations = new Durations()
    ours.registerMetric(durations as unknown as Metric)
    const theirs = new Registry()
    const histogram = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the first header to the last byte of the answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 120],
      registers: [theirs]
    })
    const random = createRandom(1)
    for (let request = 0; request < 2000; request++) {
      const route = ROUTES[request % 3]
      const method = request % 4 === 0 ? 'GET' : 'POST'
      const status = random.next() < 0.5 ? 200 : 404
      // Some on a bound, some beyond the last one.
      const ms = request % 10 === 0 ? 5 : 10 ** (6 * random.next() - 1)
      const is404 = route === undefined
      // A config belongs to one method of a route.
      const asked = { method: is404 ? method : 'POST', is404, route: route ?? { url: undefined, config: {} } }
      durations.add(asked as unknown as FastifyRequest, { statusCode: status, elapsedTime: ms } as FastifyReply)
      histogram.observe({ method: asked.method, route: route?.url ?? 'none', status }, ms / 1000)
    }
    const lines = (text: string) => text.trim().split('\n').sort()
    expect(lines(await ours.metrics())).toEqual(lines(await theirs.metrics()))
  })
})
