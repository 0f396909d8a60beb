import { collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import type { Principal } from '../../domain/records/principal.ts'
import type { Flows } from '../../flows/flows.ts'
import type { App } from '../types.ts'
import { Durations } from './durations.ts'

export interface Metrics {
  readonly contentType: string
  /** The text for Prometheus, with the service's state as it is now. */
  render(principal: Principal): Promise<string>
}

/** Measures every request. Each app has its own registry, so that several can live in one process. */
export function metrics(app: App, { flows }: { flows: Pick<Flows, 'checkHealth'> }): Metrics {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })

  const durations = new Durations()
  register.registerMetric(durations as unknown as Metric)
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const size = gauge('tessera_workers', 'Threads for training.')
  const busy = gauge('tessera_workers_busy', 'Threads at work.')
  const queued = gauge('tessera_jobs_queued', 'Jobs that wait for a thread.')
  const store = gauge('tessera_store_up', '1 while the store can be reached.')

  app.addHook('onResponse', (request, reply, done) => {
    durations.add(request, reply)
    done()
  })

  return {
    contentType: register.contentType,
    async render(principal) {
      const health = await flows.checkHealth(principal.tenant)
      size.set(health.workers.size)
      busy.set(health.workers.busy)
      queued.set(health.workers.queued)
      store.set(health.store.status === 'ok' ? 1 : 0)
      return await register.metrics()
    }
  }
}
