import type { Layout } from './layout.ts'

/** Public data sets that analysts try first. Those whose names say it all, such as UCI Online Retail, need no entry. */
export const PUBLIC_LAYOUTS: readonly Layout[] = [
  {
    name: 'the Superstore data set',
    has: ['Row ID', 'Order ID', 'Ship Mode', 'Sales', 'Profit'],
    columns: {
      order_id: 'Order ID',
      customer_id: 'Customer ID',
      ordered_at: 'Order Date',
      product_id: 'Product ID',
      product_name: 'Product Name',
      quantity: 'Quantity',
      line_total: 'Sales',
      discount: 'Discount',
      category: 'Category',
      country: ['Country', 'Country/Region']
    },
    not: ['Customer Name', 'Sub-Category']
  },
  {
    name: "Olist's order items",
    has: ['order_id', 'price', 'freight_value', 'order_purchase_timestamp'],
    columns: {
      order_id: 'order_id',
      customer_id: ['customer_unique_id', 'customer_id'],
      ordered_at: 'order_purchase_timestamp',
      product_id: 'product_id',
      line_total: 'price',
      category: ['product_category_name_english', 'product_category_name'],
      status: 'order_status'
    },
    not: ['customer_id', 'payment_value', 'product_category_name'],
    oneEach: true,
    note: 'Freight is not part of the revenue.'
  },
  {
    name: 'the Instacart data set',
    has: ['order_id', 'user_id', 'order_dow', 'days_since_prior_order'],
    columns: { order_id: 'order_id', customer_id: 'user_id' },
    not: ['order_number'],
    lacks: {
      field: 'ordered_at',
      sentence:
        'The Instacart data has neither amounts nor dates: it says how many days lie between orders and what was in them, not what it cost. Customers cannot be segmented by recency and money from it; add a date and a price to each line.'
    }
  },
  {
    name: 'the products of orders of the Instacart data set',
    has: ['order_id', 'product_id', 'add_to_cart_order', 'reordered'],
    columns: { order_id: 'order_id', product_id: 'product_id' },
    lacks: {
      field: 'line_total',
      sentence:
        'The Instacart data has no amounts: it says what was in an order, not what it cost. Add a price to each line.'
    }
  },
  ...(['household_key', 'household_id'] as const).map(
    (household): Layout => ({
      name: 'the Complete Journey data set',
      has: [household, 'basket_id', 'sales_value', 'retail_disc'],
      columns: {
        order_id: 'basket_id',
        customer_id: household,
        ordered_at: 'transaction_timestamp',
        product_id: 'product_id',
        quantity: 'quantity',
        line_total: 'sales_value',
        discount: 'retail_disc'
      },
      not: ['day', 'week', 'week_no', 'trans_time'],
      lacks: {
        field: 'ordered_at',
        sentence:
          'The days of the Complete Journey data are numbers (day 1 to 711), not dates: add a column with dates, for example 2017-01-01 plus day minus one, and map it to ordered_at.'
      }
    })
  ),
  {
    name: 'the log of events of a multi-category store',
    has: ['event_time', 'event_type', 'user_session', 'price'],
    columns: { customer_id: 'user_id', order_id: 'user_session', ordered_at: 'event_time', product_id: 'product_id' },
    lacks: {
      field: 'line_total',
      sentence:
        'The file holds views and carts beside purchases: keep the rows whose event_type is purchase, and map price to line_total, each row being one unit.'
    }
  }
]
