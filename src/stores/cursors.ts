import { createHash, timingSafeEqual } from 'node:crypto'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'

/** Turns a place in a list into the opaque text that callers page with, and back. */
export interface Cursors {
  /** @param list what is paged, with its filter, for example `segments/seg_1/customers` */
  write(tenant: Tenant, list: string, position: string): string
  /** @throws Problem invalid_cursor when the text was not written for this tenant and list */
  read(tenant: Tenant, list: string, cursor: string): string
}

const CHECK_BYTES = 12

/**
 * The check ties a cursor to its tenant and list, so that one pasted into another list is refused and not misread.
 * It is no secret and need not be: a position gives access to nothing that the list itself would not.
 */
export const cursors: Cursors = {
  write(tenant, list, position) {
    return Buffer.concat([check(tenant, list, position), Buffer.from(position)]).toString('base64url')
  },

  read(tenant, list, cursor) {
    const bytes = Buffer.from(cursor, 'base64url')
    const position = bytes.subarray(CHECK_BYTES).toString()
    const genuine =
      cursor.length <= 512 &&
      bytes.length > CHECK_BYTES &&
      timingSafeEqual(bytes.subarray(0, CHECK_BYTES), check(tenant, list, position))
    if (!genuine) {
      throw new Problem(
        'invalid_cursor',
        'Use next_cursor of the page before, unchanged, with the same address and filters.'
      )
    }
    return position
  }
}

function check(tenant: Tenant, list: string, position: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([tenant, list, position]))
    .digest()
    .subarray(0, CHECK_BYTES)
}
