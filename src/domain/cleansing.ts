import type { CleansingRule } from './vocabulary.ts'

/** What each rule of cleansing is, and what whoever owns the file can do about its rows. */
export const RULE_MEANINGS: Readonly<Record<CleansingRule, string>> = {
  malformed_row:
    'The row does not have the columns of the header: a quote that is not closed, or a delimiter inside a value. Correct the line and send it again.',
  not_an_order_line:
    'The row is empty, or holds a total of others: it has no customer or no date, and a word such as Total or Summe. Nothing to do.',
  missing_customer_id:
    'The row names no customer: guest orders, tills, or an export without the customer column filled. They cannot be part of a segment; fill in an id or an e-mail address where you know it.',
  missing_order_id: 'The row has no order id, so it belongs to no order. Fill it in and send the row again.',
  invalid_date:
    'The date cannot be read in the way all others of the file are written. Write it as they are, or name options.date_format.',
  invalid_quantity:
    'The quantity is no number, or beyond what is counted. Write it in plain digits and send the row again.',
  invalid_price: 'Price or total is no number, or there is none. Write it in plain digits and send the row again.',
  cancelled_order:
    'The order was cancelled. It is no purchase, but is kept aside: it counts in return_rate and in net revenue. Nothing to do.',
  non_positive_quantity:
    'Nothing was bought: a quantity of zero or below is a return or a correction. It is kept aside for return_rate and net revenue. Nothing to do.',
  non_positive_price:
    'The line has no price above zero or a negative total: presents, samples, write-offs. Nothing to do unless the price is missing by mistake.',
  order_id_mismatch:
    'The order id does not match options.order_id_pattern, so the row was left out as asked. Change the pattern to keep it.',
  product_id_mismatch:
    'The product id does not match options.product_id_pattern, so the row was left out as asked. Change the pattern to keep it.',
  duplicate_row:
    'The row repeats an earlier one in every column, and options.duplicates says to drop such rows. Say "keep" to count them.',
  outside_country: 'The country is none of options.countries, so the row was left out as asked.',
  outside_period:
    'The order lies outside of options.from, options.to or options.window_days, so the row was left out as asked.'
}
