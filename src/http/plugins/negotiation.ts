import { Problem } from '../../errors.ts'
import type { App } from '../types.ts'

const JSON_ONLY = ['application/json'] as const

interface Range {
  type: string
  quality: number
}

const rangesOf = (accept: string): Range[] =>
  accept
    .split(',')
    .slice(0, 50)
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))
      return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 }
    })

/** How specifically a range names a type: 2 in full, 1 by its first half, 0 as any type, −1 not at all. */
function specificity(range: string, type: string): number {
  if (range === type) return 2
  if (range === '*/*') return 0
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1)) ? 1 : -1
}

/**
 * The offer that `Accept` likes best (RFC 9110, 12.5.1): for each offer the most specific range counts, and of
 * equally liked offers the earlier one wins. Null where none is acceptable.
 */
export function preferredType(accept: string | undefined, offers: readonly string[]): string | null {
  if (accept === undefined || accept === '*/*' || accept.trim() === '') return offers[0] ?? null
  const ranges = rangesOf(accept)
  let best: { offer: string; quality: number } | null = null
  for (const offer of offers) {
    const [match] = ranges
      .map((range) => ({ specific: specificity(range.type, offer), quality: range.quality }))
      .filter((candidate) => candidate.specific >= 0)
      .sort((a, b) => b.specific - a.specific)
    if (match !== undefined && match.quality > (best?.quality ?? 0)) best = { offer, quality: match.quality }
  }
  return best?.offer ?? null
}

/** Settles the media type of each answer before any work is done for it. */
export function negotiation(app: App): void {
  app.decorateRequest('answerType', '')
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) return done()
    const offers = request.route.config.produces ?? JSON_ONLY
    const chosen = preferredType(request.headers.accept, offers)
    if (chosen === null) throw new Problem('not_acceptable', `This address answers with ${offers.join(' or ')}.`)
    request.answerType = chosen
    done()
  })
}
