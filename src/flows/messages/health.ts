export interface HealthReport {
  status: 'ok' | 'degraded'
  version: string
  uptime_seconds: number
  store: { type: 'memory' | 'redis'; status: 'ok' | 'unreachable' }
  workers: { size: number; busy: number; queued: number }
  champion: { model_id: string; trained_at: string; age_seconds: number } | null
}

export interface Readiness {
  ready: boolean
  /** Sentences; empty when ready. */
  reasons: string[]
}
