import { Problem } from '../../../errors.ts'

/** Unpacked to packed: order lines reach about 30, a bomb 1,000. */
const RATIO_MAX = 200
/** Small files may be as repetitive as they like. */
const RATIO_FREE_BYTES = 16 * 1024 * 1024

/**
 * Refuses what cannot have been packed into so few bytes in earnest.
 * @throws Problem decompression_limit */
export function checkUnpacked(unpackedBytes: number, packedBytes: number, maxBytes: number): void {
  if (unpackedBytes > maxBytes) {
    throw new Problem('decompression_limit', `The file unpacks to more than ${maxBytes} bytes; split it.`)
  }
  if (unpackedBytes > RATIO_FREE_BYTES && unpackedBytes > RATIO_MAX * packedBytes) {
    throw new Problem(
      'decompression_limit',
      `The file unpacks to more than ${RATIO_MAX} times its size, which order lines never do; upload it unpacked.`
    )
  }
}
