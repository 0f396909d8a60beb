/**
 * Order lines for an inline upload: customer c has 1 + c mod 5 orders of one line each, so that some have no days
 * between orders.
 *
 * @param nameOf the id of customer c
 */
export const inlineOrders = (customers: number, nameOf = (c: number) => `c${c}`) =>
  Array.from({ length: customers }, (_, c) =>
    Array.from({ length: 1 + (c % 5) }, (_, o) => ({
      order_id: `o${c}-${o}`,
      customer_id: nameOf(c),
      product_id: `p${o}`,
      quantity: 1 + (c % 7),
      unit_price: 5 + (c % 11),
      ordered_at: `2024-0${1 + ((o + c) % 9)}-1${c % 9}T10:00:00Z`
    }))
  ).flat()
