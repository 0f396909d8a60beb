import { z } from 'zod'
import { CONTROL, CUSTOMER_ID_MAX, textFault } from '../../domain/records/text-fault.ts'

/** Line feed, carriage return and tab are text in a note. */
const CONTROL_IN_PARAGRAPH = /(?![\n\r\t])\p{Cc}/u

const checked = (most: number, control: RegExp) =>
  z
    .string()
    .min(1)
    .max(most)
    .check((context) => {
      const fault = textFault(context.value, control)
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
export const CustomerId = line(CUSTOMER_ID_MAX)

/** A calendar date or an instant with its offset; both must exist. */
export const Moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a calendar date (2011-12-09) or an RFC 3339 instant with its offset (2011-12-09T12:50:00Z)'
})

/** An instant as we send it. Our own records are right by construction; a check here could only turn an answer into a 500. */
export const Instant = z.string().meta({ format: 'date-time' })
