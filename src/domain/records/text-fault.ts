const LONE_SURROGATE = /\p{Cs}/u
/** No text of one line holds these. */
export const CONTROL = /\p{Cc}/u
/** Characters that turn the direction of all text after them: they make one name look like another. */
const DIRECTION_OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u
/** Something a reader can see: neither space nor format character nor one of the letters that are drawn as nothing. */
const VISIBLE = /[^\p{C}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/u

/** Letters, digits and signs of ASCII, as nearly all ids are: nothing can be wrong with them. */
const PLAIN = /^[\x21-\x7e][\x20-\x7e]*$/

/** Longest id of a customer, in UTF-16 units. */
export const CUSTOMER_ID_MAX = 200

/** A sentence when `text` cannot be stored and shown as it is; null when it can. */
export function textFault(text: string, control = CONTROL): string | null {
  if (PLAIN.test(text)) return null
  if (LONE_SURROGATE.test(text)) return 'must not contain half of a surrogate pair'
  if (control.test(text)) return 'must not contain control characters'
  if (DIRECTION_OVERRIDE.test(text)) return 'must not contain characters that override the direction of text'
  if (!VISIBLE.test(text)) return 'must contain at least one visible character'
  return null
}
