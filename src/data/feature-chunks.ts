import type { ProductGroups } from '../domain/features/product-groups.ts'
import { type Columns, readBatches, readColumns } from './columns.ts'
import type { DuckDb } from './duckdb.ts'
import {
  countTotals,
  deriveFeatures,
  type FeatureHooks,
  type FeatureRequest,
  featureNames,
  nobodyBought,
  withFeatureDb
} from './features.ts'
import { MemberFile } from './member-file.ts'
import { writeGroups } from './members.ts'
import { sqlFile } from './sql.ts'

export interface StoredFeatures {
  /** Open; for the caller to close. */
  members: MemberFile
  /** Money spent by all customers, summed as decimals. */
  revenue: number
  preferences: ProductGroups | null
}

/**
 * As readCustomerFeatures, for customers who do not fit into memory: DuckDB counts out of core, and what it counted becomes
 * features batch by batch on the way into the members' file of a model.
 *
 * @param folder of the model, not published yet
 * @throws Problem invalid_reference_date when nobody bought anything in the window; training_too_large
 */
export const storeCustomerFeatures = (
  request: FeatureRequest,
  folder: string,
  hooks: FeatureHooks = {}
): Promise<StoredFeatures> =>
  withFeatureDb(request, hooks, async (db) => {
    const { reference, groups } = await countTotals(db, request)
    const { customers, idBytes, revenue } = await sumUp(db)
    if (customers === 0) throw nobodyBought()
    const features = featureNames(groups, request.preferences)
    const members = new MemberFile(folder, { customers, idBytes, features })
    try {
      await readBatches(db, sqlFile('features/customer_totals'), (totals) => {
        const derived = deriveFeatures(totals, reference, groups, request.preferences, hooks.poll)
        members.append(totals.text('customer_id'), derived, totals.numbers('spend'))
      })
      await writeGroups(folder, groups)
    } catch (error) {
      members.close()
      throw error
    }
    return { members, revenue, preferences: groups }
  })

async function sumUp(db: DuckDb): Promise<{ customers: number; idBytes: number; revenue: number }> {
  const sums: Columns = await readColumns(db, sqlFile('features/customer_sums'))
  const only = (name: string) => sums.numbers(name)[0]!
  return { customers: only('customers'), idBytes: only('id_bytes'), revenue: only('revenue') }
}
