import type { DuckDb } from '../../duckdb.ts'
import { thousands } from '../dates.ts'
import { quoted } from '../order-columns.ts'

/** What the words of a status column mean, each in lower case as `fields` has it. */
export interface Statuses {
  /** Never paid or called off: the purchase did not happen. */
  cancelled: string[]
  /** Bought, and all the money given back. */
  refunded: string[]
  notes: string[]
}

/** More different texts than this are no statuses. */
const STATUSES_MAX = 200

const PARTLY = /partial|partly|teil|partiel|parcial/
const CANCELLED =
  /cancel|void|trash|draft|fail|declin|reject|expire|abandon|unavailable|storn|abgebrochen|abgelehnt|fehlgeschlagen|annul|echou|refus|anulad|rechaz/
const REFUNDED = /refund|charged? ?back|returned|erstattet|zuruckgegeben|retourniert|rembours|retourne|reembols|devuelt/
const PENDING = /pending|unpaid|await|on.?hold|offen|ausstehend|attente|pendiente/
/** As WooCommerce writes it; an order on hold is one whose transfer is awaited. */
const UNPAID = /^(wc-)?pending( payment)?$/

const plain = (status: string): string => status.normalize('NFKD').replace(/\p{M}/gu, '')

export interface StatusHints {
  /** An order that is pending was never paid for. */
  pendingIsUnpaid: boolean
  /** The file says how much of an order was given back. */
  refundsAreKnown: boolean
}

/** Sorts the statuses of the file. Reads: fields. */
export async function weighStatuses(db: DuckDb, hints: StatusHints): Promise<Statuses> {
  const found = await db.rows<{ status: string; lines: number }>(`
    select lower(clean(status)) as status, count(*)::double as lines
    from fields
    where not malformed and clean(status) is not null
    group by all
    order by lines desc, status
    limit ${STATUSES_MAX + 1}`)
  const none: Statuses = { cancelled: [], refunded: [], notes: [] }
  if (found.length === 0 || found.length > STATUSES_MAX) return none
  const partly = found.filter(({ status }) => PARTLY.test(plain(status)))
  const rest = found.filter((each) => !partly.includes(each))
  const cancelled = rest.filter(
    ({ status }) => CANCELLED.test(plain(status)) || (hints.pendingIsUnpaid && UNPAID.test(status))
  )
  const refunded = rest.filter((each) => !cancelled.includes(each) && REFUNDED.test(plain(each.status)))
  const pending = rest.filter((each) => !cancelled.includes(each) && PENDING.test(plain(each.status)))
  const notes: [typeof found, (shown: string) => string][] = [
    [cancelled, (shown) => `Orders with the status ${shown} count as cancelled: neither bought nor returned.`],
    [refunded, (shown) => `Orders with the status ${shown} count as bought and returned.`],
    [
      hints.refundsAreKnown ? [] : partly.filter(({ status }) => REFUNDED.test(plain(status))),
      (shown) => `Orders with the status ${shown} count as bought, because the file does not say what was given back.`
    ],
    [pending, (shown) => `Orders with the status ${shown} count as bought, though they are not paid yet.`]
  ]
  return {
    cancelled: cancelled.map(({ status }) => status),
    refunded: refunded.map(({ status }) => status),
    notes: notes
      .filter(([statuses]) => statuses.length > 0)
      .map(([statuses, say]) =>
        say(
          statuses
            .slice(0, 5)
            .map(({ status, lines }) => `${quoted(status)} (${thousands(lines)} lines)`)
            .join(', ')
        )
      )
  }
}
