import { z } from 'zod'

const LONE_SURROGATE = /\p{Cs}/u
const CONTROL = /\p{Cc}/u
/** Line feed, carriage return and tab are text in a note. */
const CONTROL_IN_PARAGRAPH = /(?![\n\r\t])\p{Cc}/u
/** Characters that turn the direction of all text after them: they make one name look like another. */
const DIRECTION_OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u
/** Something a reader can see: neither space nor format character nor one of the letters that are drawn as nothing. */
const VISIBLE = /[^\p{C}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/u

/** Letters, digits and signs of ASCII, as nearly all ids are: nothing can be wrong with them. */
const PLAIN = /^[\x21-\x7e][\x20-\x7e]*$/

/** A sentence when `text` cannot be stored and shown as it is; null when it can. */
function faultOf(text: string, control: RegExp): string | null {
  if (PLAIN.test(text)) return null
  if (LONE_SURROGATE.test(text)) return 'must not contain half of a surrogate pair'
  if (control.test(text)) return 'must not contain control characters'
  if (DIRECTION_OVERRIDE.test(text)) return 'must not contain characters that override the direction of text'
  if (!VISIBLE.test(text)) return 'must contain at least one visible character'
  return null
}

const checked = (most: number, control: RegExp) =>
  z
    .string()
    .min(1)
    .max(most)
    .check((context) => {
      const fault = faultOf(context.value, control)
      if (fault !== null) {
        context.issues.push({ code: 'custom', message: fault, input: context.value, params: { code: 'invalid_text' } })
      }
    })

/** One line that a person reads: at least one visible character, no control characters. Length in UTF-16 units. */
export const line = (most = 200) => checked(most, CONTROL)

/** Text of several lines. */
export const paragraph = (most: number) => checked(most, CONTROL_IN_PARAGRAPH)

/** The opaque id of a record of ours. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens or underscores')

/** A customer's id as the shop gave it. */
export const CustomerId = line(200)

/** A calendar date or an instant with its offset; both must exist. */
export const Moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a calendar date (2011-12-09) or an RFC 3339 instant with its offset (2011-12-09T12:50:00Z)'
})

/** An instant as we send it. Our own records are right by construction; a check here could only turn an answer into a 500. */
export const Instant = z.string().meta({ format: 'date-time' })
