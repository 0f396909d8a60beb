const DEFAULT_SECONDS = 30
const MOST_SECONDS = 120

/**
 * How long to wait for a job before answering with it (RFC 7240): `wait=SECONDS`, 0 for `respond-async`.
 * What cannot be understood is ignored, as the RFC wants of preferences.
 */
export function waitSeconds(prefer: string | string[] | undefined): number {
  const preferences = [prefer ?? []].flat().join(',').toLowerCase().split(',')
  for (const preference of preferences.map((text) => text.trim())) {
    const [, seconds] = /^wait\s*=\s*"?(\d{1,9})"?(?:\s*;.*)?$/.exec(preference) ?? []
    if (seconds !== undefined) return Math.min(Number(seconds), MOST_SECONDS)
  }
  return preferences.some((preference) => /^respond-async\s*(?:;.*)?$/.test(preference.trim())) ? 0 : DEFAULT_SECONDS
}
