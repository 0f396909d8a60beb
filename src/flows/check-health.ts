import type { Flows } from './flows.ts'
import type { Tools } from './tools.ts'

/** How the service is, for people and dashboards; never fails, whatever is down. */
export const checkHealth =
  ({ stores, pool, clock, service }: Tools): Flows['checkHealth'] =>
  async (tenant) => {
    const now = clock().getTime()
    const champion = await championOf(stores, tenant).catch(() => undefined)
    const reachable = champion !== undefined
    return {
      status: reachable ? 'ok' : 'degraded',
      version: service.version,
      uptime_seconds: Math.floor((now - service.startedAt) / 1000),
      store: { type: stores.type, status: reachable ? 'ok' : 'unreachable' },
      workers: pool.stats(),
      champion: champion
        ? {
            model_id: champion.id,
            trained_at: champion.created_at,
            age_seconds: Math.max(0, Math.floor((now - Date.parse(champion.created_at)) / 1000))
          }
        : null
    }
  }

/** Null when there is none; rejects when the store does not answer. */
async function championOf(stores: Tools['stores'], tenant: Parameters<Flows['checkHealth']>[0]) {
  await stores.ping()
  const id = await stores.champions.get(tenant)
  return id === undefined ? null : ((await stores.models.get(tenant, id)) ?? null)
}

/** Whether traffic may be sent here. */
export const checkReadiness =
  ({ stores, service }: Tools): Flows['checkReadiness'] =>
  async () => {
    const reasons: string[] = []
    if (service.draining()) reasons.push('The service is shutting down.')
    await stores.ping().catch(() => reasons.push('The store cannot be reached.'))
    return { ready: reasons.length === 0, reasons }
  }
