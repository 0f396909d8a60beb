import type { Layout } from './layout.ts'

const ONE_ROW_AN_ORDER =
  'The export has one row an order: products and quantities are not known, and the amount is that of the order.'

/** Exports of shop systems, marketplaces, tills and enterprise systems; the first whose columns are there decides. */
export const SHOP_LAYOUTS: readonly Layout[] = [
  {
    name: "Shopify's export of orders",
    has: ['Name', 'Email', 'Financial Status', 'Lineitem quantity', 'Lineitem price'],
    columns: {
      order_id: 'Name',
      customer_id: ['Customer ID', 'Email'],
      ordered_at: 'Created at',
      product_id: 'Lineitem sku',
      product_name: 'Lineitem name',
      quantity: 'Lineitem quantity',
      unit_price: 'Lineitem price',
      discount: 'Lineitem discount',
      coupon: 'Discount Code',
      currency: 'Currency',
      country: ['Billing Country', 'Shipping Country'],
      status: 'Financial Status',
      channel: 'Source',
      cancelled_at: 'Cancelled at'
    },
    not: ['Id', 'Subtotal', 'Total', 'Discount Amount', 'Paid at', 'Payment Reference'],
    refunded: 'Refunded Amount',
    fillDown: true
  },
  {
    name: "Squarespace's export of orders",
    has: ['Order ID', 'Email', 'Financial Status', 'Lineitem quantity', 'Lineitem price'],
    columns: {
      order_id: 'Order ID',
      customer_id: 'Email',
      ordered_at: ['Created at', 'Paid at'],
      product_id: 'Lineitem sku',
      product_name: 'Lineitem name',
      quantity: 'Lineitem quantity',
      unit_price: 'Lineitem price',
      coupon: 'Discount Code',
      currency: 'Currency',
      country: ['Billing Country', 'Shipping Country'],
      status: 'Financial Status',
      channel: 'Channel Name',
      cancelled_at: 'Cancelled at'
    },
    not: ['Subtotal', 'Total', 'Discount Amount', 'Paid at', 'Payment Reference'],
    refunded: 'Amount Refunded',
    fillDown: true
  },
  {
    name: "the export of WooCommerce's order export plugin with one row an item",
    has: ['Order Number', 'Order Date', 'Item #', 'Item Cost', 'Quantity'],
    columns: {
      order_id: 'Order Number',
      customer_id: ['Email (Billing)', 'Billing Email', 'Customer User'],
      ordered_at: 'Order Date',
      product_id: 'SKU',
      product_name: 'Item Name',
      quantity: 'Quantity',
      unit_price: 'Item Cost',
      coupon: 'Coupon Code',
      country: ['Country Code (Billing)', 'Country Code (Shipping)'],
      status: 'Order Status'
    },
    not: ['Item #', 'Discount Amount', 'Cart Discount Amount', 'Order Total Amount', 'Quantity (- Refund)'],
    pendingIsUnpaid: true,
    fillDown: true
  },
  {
    name: "the export of WooCommerce's customer and order export with one row an item",
    has: ['order_id', 'billing_email', 'item_name', 'item_quantity', 'item_total'],
    columns: {
      order_id: ['order_number', 'order_id'],
      customer_id: 'billing_email',
      ordered_at: ['date', 'order_date'],
      product_id: ['item_sku', 'item_product_id'],
      product_name: 'item_name',
      quantity: 'item_quantity',
      line_total: 'item_total',
      currency: 'order_currency',
      country: 'billing_country',
      status: ['status', 'order_status']
    },
    not: ['order_total', 'item_subtotal', 'item_id', 'transaction_id', 'customer_id', 'discount_total'],
    pendingIsUnpaid: true,
    note: 'Customers are told by their e-mail address, because all guests of WooCommerce share the customer id 0.'
  },
  {
    name: "WooCommerce's analytics of orders",
    has: ['Order #', 'Product(s)', 'N. Revenue'],
    columns: {
      order_id: 'Order #',
      customer_id: 'Customer',
      ordered_at: 'Date',
      line_total: 'N. Revenue',
      coupon: 'Coupon(s)',
      status: 'Status'
    },
    not: ['Items sold', 'Product(s)'],
    pendingIsUnpaid: true,
    note: `${ONE_ROW_AN_ORDER} Customers are told by their names, which several may share.`
  },
  {
    name: 'an export of WooCommerce with all items of an order in its row',
    has: ['order_id', 'order_date', 'order_total', 'line_item_1'],
    columns: {
      order_id: ['order_number', 'order_id'],
      customer_id: ['billing_email', 'customer_email', 'customer_user'],
      ordered_at: 'order_date',
      line_total: 'order_total',
      currency: 'order_currency',
      country: 'billing_country',
      status: 'status'
    },
    not: ['customer_id', 'transaction_id', 'discount_total'],
    pendingIsUnpaid: true,
    note: ONE_ROW_AN_ORDER
  },
  {
    name: "Magento's items of orders",
    has: ['increment_id', 'sku', 'qty_ordered'],
    columns: {
      order_id: 'increment_id',
      customer_id: ['customer_email', 'customer_id'],
      product_id: 'sku',
      product_name: ['name', 'product_name'],
      quantity: 'qty_ordered',
      unit_price: 'price',
      line_total: 'row_total',
      discount: 'discount_amount',
      coupon: 'coupon_code',
      cost: ['base_cost', 'cost'],
      currency: ['order_currency_code', 'base_currency_code'],
      country: ['billing_country_id', 'country_id']
    },
    not: ['order_id', 'item_id', 'product_id', 'grand_total', 'subtotal', 'customer_id', 'original_price', 'base_price']
  },
  {
    name: "the grid of Magento's orders",
    has: ['ID', 'Purchase Date', 'Grand Total (Purchased)'],
    columns: {
      order_id: 'ID',
      customer_id: ['Customer Email', 'Customer Name', 'Bill-to Name'],
      ordered_at: 'Purchase Date',
      line_total: 'Grand Total (Purchased)',
      status: 'Status'
    },
    not: ['Grand Total (Base)', 'Subtotal', 'Customer Name'],
    note: ONE_ROW_AN_ORDER
  },
  ...[
    { has: ['amazon-order-id', 'purchase-date', 'item-price'], order: 'amazon-order-id' },
    { has: ['order-id', 'order-item-id', 'purchase-date', 'item-price'], order: 'order-id' }
  ].map(
    ({ has, order }): Layout => ({
      name: "Amazon's report of orders",
      has,
      columns: {
        order_id: order,
        customer_id: 'buyer-email',
        ordered_at: 'purchase-date',
        product_id: ['sku', 'asin'],
        product_name: ['product-name', 'item-name'],
        quantity: ['quantity', 'quantity-purchased'],
        line_total: 'item-price',
        discount: 'item-promotion-discount',
        coupon: ['promotion-ids', 'item-promotion-id'],
        currency: 'currency',
        country: 'ship-country',
        status: ['order-status', 'item-status'],
        channel: 'sales-channel'
      },
      not: ['merchant-order-id', 'order-item-id', 'buyer-name', 'payments-date', 'asin', 'item-status'],
      note: 'An item price of Amazon is the amount of its line, not of one unit; tax and shipping are left out.',
      ...(order === 'amazon-order-id' && {
        lacks: {
          field: 'customer_id',
          sentence:
            "Amazon's report of all orders names no buyer: send the order report that has buyer-email, or add a column that tells the customers apart."
        }
      })
    })
  ),
  {
    name: "Etsy's sold order items",
    has: ['Sale Date', 'Buyer', 'Listing ID', 'Order ID'],
    columns: {
      order_id: 'Order ID',
      customer_id: 'Buyer',
      ordered_at: 'Sale Date',
      product_id: 'Listing ID',
      product_name: 'Item Name',
      quantity: 'Quantity',
      unit_price: 'Price',
      discount: 'Discount Amount',
      coupon: 'Coupon Code',
      currency: 'Currency',
      country: 'Ship Country'
    },
    not: ['Transaction ID', 'Item Total', 'SKU', 'Coupon Details', 'Date Paid']
  },
  {
    name: "eBay's report of orders",
    has: ['Sales Record Number', 'Buyer Username', 'Sold For'],
    columns: {
      order_id: 'Order Number',
      customer_id: 'Buyer Username',
      ordered_at: 'Sale Date',
      product_id: 'Item Number',
      product_name: 'Item Title',
      quantity: 'Quantity',
      unit_price: 'Sold For',
      country: ['Buyer Country', 'Ship To Country']
    },
    not: ['Total Price', 'Buyer Email', 'Buyer Name', 'Paid On Date', 'Transaction ID'],
    fillDown: true,
    productRequired: true,
    note: 'Rows without an item number sum up an order of several items and are left out.'
  },
  {
    name: "BigCommerce's export of orders",
    has: ['Order ID', 'Customer Email', 'Order Total (inc tax)', 'Product Details'],
    columns: {
      order_id: 'Order ID',
      customer_id: 'Customer Email',
      ordered_at: 'Order Date',
      ordered_time: 'Order Time',
      line_total: 'Order Total (inc tax)',
      currency: 'Order Currency Code',
      country: ['Billing Country', 'Shipping Country'],
      status: 'Order Status',
      channel: ['Channel Name', 'Order Source']
    },
    not: ['Customer ID', 'Subtotal (inc tax)', 'Subtotal (ex tax)', 'Transaction ID', 'Coupon Details'],
    note: `${ONE_ROW_AN_ORDER} Customers are told by their e-mail address, because all guests of BigCommerce share the customer id 0.`
  },
  {
    name: "PrestaShop's details of orders",
    has: ['id_order', 'id_customer', 'product_quantity'],
    columns: {
      order_id: 'id_order',
      customer_id: 'id_customer',
      ordered_at: 'date_add',
      product_id: ['product_reference', 'product_id', 'id_product'],
      product_name: 'product_name',
      quantity: 'product_quantity',
      unit_price: ['unit_price_tax_incl', 'product_price'],
      line_total: 'total_price_tax_incl',
      cost: ['purchase_supplier_price', 'original_wholesale_price'],
      status: 'current_state'
    },
    not: ['reference', 'total_price_tax_excl', 'unit_price_tax_excl', 'total_paid']
  },
  {
    name: "Shopware's export of orders",
    has: ['order_number', 'order_date_time', 'amount_total'],
    columns: { order_id: 'order_number', ordered_at: 'order_date_time', line_total: 'amount_total' },
    note: ONE_ROW_AN_ORDER
  },
  {
    name: "Square's details of items",
    has: ['Transaction ID', 'Net Sales', 'Price Point Name'],
    columns: {
      order_id: 'Transaction ID',
      customer_id: ['Customer ID', 'Customer Reference ID'],
      ordered_at: 'Date',
      product_id: 'SKU',
      product_name: 'Item',
      quantity: 'Qty',
      ordered_time: 'Time',
      line_total: 'Net Sales',
      discount: 'Discounts',
      category: 'Category',
      channel: 'Channel'
    },
    not: ['Gross Sales', 'Customer Name', 'Card Number']
  },
  {
    name: "Lightspeed's history of sales",
    has: ['Receipt Number', 'Line Type', 'Customer Code', 'Quantity'],
    columns: {
      order_id: 'Receipt Number',
      customer_id: 'Customer Code',
      ordered_at: 'Date',
      product_id: 'Sku',
      product_name: 'Details',
      quantity: 'Quantity',
      line_total: 'Total',
      discount: 'Discount',
      status: 'Status'
    },
    not: ['Subtotal', 'Customer Name', 'User'],
    fillDown: true,
    productRequired: true,
    note: 'Rows without a SKU are headings and payments of a sale and are left out.'
  },
  {
    name: "SumUp's report of sales",
    has: ['Transaction ID', 'Price (Gross)', 'Description', 'Quantity'],
    columns: {
      order_id: 'Transaction ID',
      ordered_at: 'Date',
      product_name: 'Description',
      quantity: 'Quantity',
      line_total: 'Price (Gross)',
      currency: 'Currency'
    },
    not: ['Price (Net)', 'Receipt Number'],
    lacks: {
      field: 'customer_id',
      sentence:
        "SumUp's report does not say who bought: add a column with the customer, for example the number of a loyalty card, and map it to customer_id."
    }
  },
  {
    name: 'lines of invoices of Dynamics NAV or Business Central',
    has: ['Document No.', 'Sell-to Customer No.', 'No.', 'Quantity'],
    columns: { order_id: 'Document No.', customer_id: 'Sell-to Customer No.', product_id: 'No.' },
    not: ['Bill-to Customer No.']
  },
  {
    name: 'lines of invoices of Dynamics NAV or Business Central, in German',
    has: ['Belegnr.', 'Verk. an Deb.-Nr.', 'Nr.', 'Menge'],
    columns: {
      order_id: 'Belegnr.',
      customer_id: 'Verk. an Deb.-Nr.',
      product_id: 'Nr.',
      unit_price: 'VK-Preis',
      cost: ['Einstandspreis (MW)', 'Einstandspreis']
    }
  }
]
