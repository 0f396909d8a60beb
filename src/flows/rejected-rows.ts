import { RULE_MEANINGS } from '../domain/cleansing.ts'
import type { Flows } from './flows.ts'
import { findDataset } from './lookup.ts'
import type { Tools } from './tools.ts'

/** The report that intake made, with who is touched by each rule and what can be done. */
export const describeQuality =
  (tools: Tools): Flows['describeQuality'] =>
  async (tenant, datasetId) => {
    const dataset = await findDataset(tools, tenant, datasetId)
    const { quality } = dataset
    const leave = await tools.downloads.acquire(1)
    const counts = await tools.rejected.count(tenant, dataset, tools.newId('job')).finally(leave)
    const rows = quality.rows_read - quality.rows_kept
    const nobody = { customers: null, orders: null }
    return {
      ...quality,
      dataset_id: dataset.id,
      currency: dataset.currency,
      rejected: {
        rows,
        share: rows / quality.rows_read,
        revenue: Math.round(quality.rules.reduce((sum, { revenue }) => sum + revenue, 0) * 1e4) / 1e4,
        customers: counts.customers,
        lost_customers: counts.lost_customers
      },
      rules: quality.rules.map((report) => ({
        ...report,
        ...(counts.rules.get(report.rule) ?? nobody),
        meaning: RULE_MEANINGS[report.rule],
        download: `/datasets/${dataset.id}/rejected?rule=${report.rule}`
      }))
    }
  }

export const streamRejected =
  (tools: Tools): Flows['streamRejected'] =>
  async (tenant, datasetId, selection, signal) => {
    await findDataset(tools, tenant, datasetId)
    const leave = await tools.downloads.acquire(1, signal)
    return tools.rejected.write(tenant, datasetId, selection, { workId: tools.newId('job'), signal }).finally(leave)
  }
