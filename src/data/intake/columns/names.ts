import type { OrderField } from '../../../domain/vocabulary.ts'

/**
 * What shops, tills and spreadsheets call their columns, the surest name first. Our own names come first of all, then
 * those of UCI Online Retail and Online Retail II (InvoiceNo, StockCode, UnitPrice, Price, InvoiceDate, CustomerID).
 * Separated by commas; compared as `squeezed` makes them: without case, spaces, punctuation and accents.
 */
export const ENGLISH: Record<OrderField, string> = {
  order_id: `
    order_id, order no, order number, order #, order num, order nr, order, order code, invoice no,
    invoice number, invoice #, invoice, invoice id, document no, document number, sales order,
    sales order number, sales document, billing document, transaction id, transaction number, transaction no,
    transaction #, transaction, receipt id, receipt number, receipt no, receipt, sale id, sale number,
    sales id, order name, order reference, order key, basket id, basket, ticket number, ticket id, bill no,
    bill number, increment id, purchase id`,
  product_id: `
    product_id, stock code, sku, item sku, item id, article number, article no, article id, product code,
    product no, product key, item code, product sku, lineitem sku, line item sku, variant id, variant sku,
    item number, item no, item no., asin, ean, upc, gtin, barcode, product number, product reference, material,
    material number, prod id, product, item, article`,
  product_name: `
    product_name, description, item name, product title, product description, item description, item title,
    lineitem name, line item name, article name, article description, material description, product item,
    title`,
  quantity: `
    quantity, qty, units, quantity ordered, qty ordered, order quantity, ordered quantity, quantity purchased,
    item quantity, item qty, product quantity, product qty, lineitem quantity, line item quantity,
    line quantity, quantity sold, qty sold, units sold, unit sold, billed quantity, invoiced quantity, pieces,
    pcs, number of items, unit count, no of items, num items`,
  unit_price: `
    unit_price, price, item price, price per unit, price each, unit selling price, lineitem price,
    line item price, product price, product unit price, sold for, selling price, sales price, sale price,
    retail price, net price, item cost, price incl tax, price including tax, unit price incl vat,
    unit price excl vat`,
  line_total: `
    line_total, line amount, line total amount, item total, row total, total line amount, line value,
    line item total, item subtotal, line subtotal, extended price, total price, product total, total, amount,
    total amount, sales, sales value, revenue, sales amount, total sales, net sales, gross sales, subtotal,
    net amount, net value, order value, purchase amount, purchase value, transaction amount, transaction value,
    total spent, total cost, total purchase, amount spent, spend, turnover, gross amount, value`,
  ordered_at: `
    ordered_at, invoice date, order date, order datetime, order date time, ordered on,
    order created at, order placed, date ordered, order purchase timestamp, purchase date, purchase timestamp,
    purchase datetime, purchased at, date of purchase, transaction date,
    transaction datetime, transaction timestamp, sale date, sales date, date of sale, sold at, date added,
    document date, posting date, billing date, created at, created on, created date, date created,
    completed at, paid at, timestamp, event time, datetime, date time, date, day`,
  ordered_time: `
    ordered_time, order time, time of order, transaction time, time of transaction, sale time, sales time,
    time of sale, purchase time, time of purchase, invoice time, receipt time, posting time, time of day, time`,
  customer_id: `
    customer_id, customer unique id, customer no, customer number, customer #, customer code, customer ref,
    customer reference, customer key, customer, client id, client number, client no, client, user id,
    customer user, customer user id, buyer id, buyer user id, buyer username, account id, account number,
    member id, shopper id, household id, household key, loyalty id, loyalty card, card number, cust id,
    cust no, sold to party, sold to, sell to customer no, bill to customer no, bill to, guest id, visitor id,
    customer email, customer email address, buyer email, billing email, billing email address, email,
    email address, e-mail, user, buyer, user name, username, customer name, client name, buyer name`,
  country: `
    country, country name, shipping country, ship country, ship to country, delivery country, billing country,
    bill to country, buyer country, customer country, shipping country code, billing country code,
    shipping address country, country code, country region, country region code, market`,
  category: `
    category, product category, product category name, product category name english, item category,
    category name, category code, sub category, subcategory, department, department name, product type,
    product group, item group, item category code, material group, product line, product family,
    commodity desc, commodity`,
  discount: `
    discount, discount amount, line discount, line discount amount, lineitem discount, line item discount,
    item discount, item discount amount, item promotion discount, discount value, discount total, discounts,
    retail disc, discount percent, discount percentage, discount %, line discount %, discount rate,
    discount applied, rebate`,
  cost: `
    cost, unit cost, unit cost price, cost price, cost per unit, cost per item, cost of goods, cogs,
    purchase price, wholesale price, supply price, unit cost lcy, cost of goods sold`,
  coupon: `
    coupon, coupon code, coupon codes, coupon used, coupons, discount code, discount codes, promo code,
    promotion code, voucher, voucher code, coupon details, coupon name, promo code used, item promotion id,
    promotion ids`,
  channel: `
    channel, sales channel, order channel, channel name, source name, order source, sale channel,
    purchase channel, sales platform, platform, source`,
  currency: `
    currency, currency code, order currency, order currency code, item currency, currency iso code,
    store currency code, base currency code, transaction currency, document currency, sale currency`,
  status: `
    status, order status, financial status, payment status, order state, item status, sale status,
    transaction status, order payment status, state of order`,
  cancelled_at: `
    cancelled_at, canceled at, cancelled on, canceled on, cancelled date, canceled date, date cancelled,
    date canceled, cancellation date, cancel date, order cancelled at, is cancelled, is canceled, cancelled,
    canceled`
}
