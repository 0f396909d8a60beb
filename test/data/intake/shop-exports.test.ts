import { describe, expect, test } from 'vitest'
import { linesOf, readFile, refusal, rowsByRule } from '../../helpers/read-file.ts'

const table = (...lines: string[]) => `${lines.join('\n')}\n`

// Each fixture is written after the documented format of the export: its header, and rows of one or two orders.
describe('the export of', () => {
  test('Shopify: the order is Name, the customer is Email, and what belongs to the order is filled down', async () => {
    const { summary, folder } = await readFile(
      table(
        'Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Billing Country,Source,Id',
        '#1001,ann@example.com,paid,2024-03-01 10:01:00 +0100,EUR,29.00,0.00,0.00,29.00,WELCOME,3.00,2024-03-01 10:00:00 +0100,2,Mug,9.50,MUG-1,0.00,DE,web,9001',
        '#1001,ann@example.com,,,,,,,,,,2024-03-01 10:00:00 +0100,1,Tea,10.00,TEA-1,0.00,,,',
        '#1002,ben@example.com,voided,,EUR,5.00,0.00,0.00,5.00,,0.00,2024-03-02 10:00:00 +0100,1,Cup,5.00,CUP-1,0.00,FR,web,9002',
        '#1003,cy@example.com,refunded,,EUR,7.00,0.00,0.00,7.00,,0.00,2024-03-03 10:00:00 +0100,1,Pot,7.00,POT-1,0.00,FR,web,9003'
      )
    )
    expect(summary.mapping).toEqual({
      order_id: 'Name',
      product_id: 'Lineitem sku',
      product_name: 'Lineitem name',
      quantity: 'Lineitem quantity',
      unit_price: 'Lineitem price',
      ordered_at: 'Created at',
      customer_id: 'Email',
      country: 'Billing Country',
      discount: 'Lineitem discount',
      coupon: 'Discount Code',
      channel: 'Source',
      currency: 'Currency',
      status: 'Financial Status'
    })
    expect(await linesOf(folder)).toMatchObject([
      { order_id: '#1001', line_total: '19.0000', country: 'DE', coupon: 'WELCOME', channel: 'web', status: 'paid' },
      { order_id: '#1001', line_total: '10.0000', country: 'DE', coupon: 'WELCOME', channel: 'web', status: 'paid' },
      { order_id: '#1003', line_total: '7.0000', status: 'refunded' }
    ])
    // Voided was never paid; refunded was bought and came back: 36 less 7.
    expect(rowsByRule(summary)).toEqual({ cancelled_order: 1 })
    expect([summary.revenue, summary.net_revenue]).toEqual([36, 29])
    expect(await linesOf(folder, 'returns')).toMatchObject([{ order_id: '#1003', line_total: '7.0000' }])
    expect(summary.limitations.join(' ')).toMatch(/taken from the first line of the same order/)
    expect(summary.unmapped_columns).toContain('Total')
    expect(summary.columns).toContainEqual({
      field: 'order_id',
      column: 'Name',
      confidence: 'exact',
      reason: "The columns are those of Shopify's export of orders.",
      alternatives: []
    })
  })

  test('Shopify: an order with a day of cancellation is none, in all its lines', async () => {
    const { summary, folder } = await readFile(
      table(
        'Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount',
        '#1,ann@example.com,refunded,2024-03-01 10:00:00 +0100,1,Mug,9.50,M,2024-03-02 09:00:00 +0100,19.50',
        '#1,ann@example.com,,2024-03-01 10:00:00 +0100,1,Tea,10.00,T,,',
        '#2,ben@example.com,paid,2024-03-02 10:00:00 +0100,1,Cup,5.00,C,,0.00'
      )
    )
    expect(rowsByRule(summary)).toEqual({ cancelled_order: 2 })
    expect(await linesOf(folder)).toMatchObject([{ order_id: '#2' }])
    expect(await linesOf(folder, 'returns')).toEqual([])
    expect([summary.revenue, summary.net_revenue]).toEqual([5, 5])
    expect(summary.mapping.cancelled_at).toBe('Cancelled at')
  })

  test('Shopify: what was given back of an order is returned by the share of each line', async () => {
    const { summary, folder } = await readFile(
      table(
        'Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount',
        '#1,ann@example.com,partially_refunded,2024-03-01 10:00:00 +0100,4,Mug,7.50,M,,10.00',
        '#1,ann@example.com,,2024-03-01 10:00:00 +0100,1,Tea,10.00,T,,',
        '#2,ben@example.com,partially_refunded,2024-03-02 10:00:00 +0100,1,Cup,5.00,C,,9.95',
        '#3,cy@example.com,refunded,2024-03-03 10:00:00 +0100,1,Pot,8.00,P,,8.00'
      )
    )
    // 10 of 40 came back: a quarter of each line. 9.95 of an order of 5 has shipping in it: all of the line. #3 as a whole.
    expect(await linesOf(folder, 'returns')).toMatchObject([
      { row: '1', quantity: '1.000', unit_price: '7.5000', line_total: '7.5000' },
      { row: '2', quantity: '0.250', unit_price: '10.0000', line_total: '2.5000' },
      { row: '3', quantity: '1.000', line_total: '5.0000' },
      { row: '4', line_total: '8.0000' }
    ])
    expect([summary.revenue, summary.net_revenue]).toEqual([53, 30])
    const said = summary.limitations.join(' ')
    expect(said).toMatch(/"Refunded Amount" says what was given back of an order, not for which line/)
    expect(said).not.toMatch(/does not say what was given back/)
  })

  test('WooCommerce: an order that was never paid for is none, one that waits for its transfer is', async () => {
    const order = (id: number, status: string) =>
      `${id},${status},2024-03-01 10:00:00,${id}@example.com,1,SKU-1,Mug,1,9.50`
    const { summary } = await readFile(
      table(
        'Order Number,Order Status,Order Date,Email (Billing),Item #,SKU,Item Name,Quantity,Item Cost',
        ...['Completed', 'Pending payment', 'On hold', 'Failed', 'Trash', 'Refunded'].map((status, at) =>
          order(at, status)
        )
      )
    )
    expect(rowsByRule(summary)).toEqual({ cancelled_order: 3 })
    expect([summary.revenue, summary.net_revenue]).toEqual([28.5, 19])
    expect(summary.limitations.join(' ')).toMatch(/"on hold" \(1 lines\) count as bought, though they are not paid/)
  })

  test('Squarespace', async () => {
    const { summary } = await readFile(
      table(
        'Order ID,Email,Financial Status,Paid at,Currency,Subtotal,Amount Refunded,Total,Discount Code,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country,Cancelled at',
        '00012,ann@example.com,PAID,2024-03-01 10:00:00 -0500,USD,20.00,6.00,25.00,,2024-03-01 10:00:00 -0500,2,Mug,10.00,SQ1,United States,',
        '00012,,,,,,,,,,1,Tea,4.00,SQ2,,',
        '00013,ben@example.com,PAID,2024-03-01 10:00:00 -0500,USD,20.00,0.00,25.00,,2024-03-01 10:00:00 -0500,1,Mug,10.00,SQ1,United States,2024-03-02 10:00:00 -0500'
      )
    )
    expect(summary.mapping).toMatchObject({ order_id: 'Order ID', customer_id: 'Email', ordered_at: 'Created at' })
    expect(summary.counts).toMatchObject({ rows_kept: 2, orders: 1, customers: 1 })
    // 6 of 24 came back; the other order was called off.
    expect([summary.revenue, summary.net_revenue]).toEqual([24, 18])
    expect(rowsByRule(summary)).toEqual({ cancelled_order: 1 })
  })

  test('WooCommerce by the order export plugin: Item # is no product', async () => {
    const { summary } = await readFile(
      table(
        'Order Number,Order Status,Order Date,Email (Billing),Country Code (Billing),Order Total Amount,SKU,Item #,Item Name,Quantity,Item Cost,Coupon Code,Discount Amount',
        '501,completed,2024-03-01 09:30,ann@example.com,DE,29.90,MUG,1,Mug,2,9.95,,0',
        '501,completed,2024-03-01 09:30,ann@example.com,DE,29.90,TEA,2,Tea,1,10.00,,0',
        '502,cancelled,2024-03-02 09:30,ben@example.com,DE,9.95,MUG,1,Mug,1,9.95,,0'
      )
    )
    expect(summary.mapping).toEqual({
      order_id: 'Order Number',
      product_id: 'SKU',
      product_name: 'Item Name',
      quantity: 'Quantity',
      unit_price: 'Item Cost',
      ordered_at: 'Order Date',
      customer_id: 'Email (Billing)',
      country: 'Country Code (Billing)',
      coupon: 'Coupon Code',
      status: 'Order Status'
    })
    expect(summary.revenue).toBe(29.9)
    expect(rowsByRule(summary)).toEqual({ cancelled_order: 1 })
  })

  test('WooCommerce by the customer and order export: guests are told by their e-mail address', async () => {
    const { summary } = await readFile(
      table(
        'order_id,order_number,date,status,order_total,order_currency,customer_id,billing_email,billing_country,item_name,item_sku,item_quantity,item_subtotal,item_total',
        '11,11,2024-03-01 09:30,completed,20.00,EUR,0,ann@example.com,DE,Mug,MUG,2,20.00,18.00',
        '12,12,2024-03-02 09:30,completed,10.00,EUR,0,ben@example.com,DE,Mug,MUG,1,10.00,10.00'
      )
    )
    expect(summary.mapping).toMatchObject({ customer_id: 'billing_email', line_total: 'item_total' })
    expect(summary.counts.customers).toBe(2)
    expect(summary.revenue).toBe(28)
  })

  test('Magento', async () => {
    const { summary } = await readFile(
      table(
        'increment_id,created_at,status,customer_id,customer_email,sku,name,qty_ordered,price,row_total,discount_amount,order_currency_code,grand_total',
        '100000001,2024-03-01 09:30:00,complete,,ann@example.com,MUG,Mug,2.0000,9.5000,19.0000,0.0000,EUR,24.0000'
      )
    )
    expect(summary.mapping).toMatchObject({
      order_id: 'increment_id',
      customer_id: 'customer_email',
      product_id: 'sku',
      product_name: 'name',
      quantity: 'qty_ordered',
      unit_price: 'price',
      line_total: 'row_total',
      ordered_at: 'created_at',
      status: 'status'
    })
  })

  test('Amazon: item-price is the amount of the line', async () => {
    const { summary } = await readFile(
      table(
        'order-id\torder-item-id\tpurchase-date\tpayments-date\tbuyer-email\tbuyer-name\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\titem-tax\tship-country\titem-promotion-discount',
        '026-1\t01\t2024-03-01T18:53:56+00:00\t2024-03-01T19:00:00+00:00\ta@marketplace.amazon.de\tAnn\tMUG\tMug\t3\tEUR\t30.00\t4.79\tDE\t0',
        '026-2\t02\t2024-03-02T18:53:56+00:00\t2024-03-02T19:00:00+00:00\tb@marketplace.amazon.de\tBen\tMUG\tMug\t1\tEUR\t10.00\t1.60\tDE\t0'
      )
    )
    expect(summary.mapping).toEqual({
      order_id: 'order-id',
      product_id: 'sku',
      product_name: 'product-name',
      quantity: 'quantity-purchased',
      line_total: 'item-price',
      ordered_at: 'purchase-date',
      customer_id: 'buyer-email',
      country: 'ship-country',
      discount: 'item-promotion-discount',
      currency: 'currency'
    })
    expect(summary.revenue).toBe(40)
    expect(summary.limitations.join(' ')).toMatch(/amount of its line/)
  })

  test("Amazon's report without buyers is refused with what to send", async () => {
    const problem = await refusal(
      table(
        'amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\tcurrency\titem-price\tship-country',
        '026-1\t2024-03-01T18:53:56+00:00\tShipped\tMUG\t3\tEUR\t30.00\tDE'
      )
    )
    expect(problem.code).toBe('column_missing')
    expect(problem.message).toMatch(/names no buyer/)
  })

  test('Etsy: a transaction is a line, not an order', async () => {
    const { summary } = await readFile(
      table(
        'Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Item Total,Currency,Transaction ID,Listing ID,Ship Country,Order ID',
        '03/14/24,Mug,Ann (ann1),2,10.00,,0.00,20.00,USD,9001,77,United States,500',
        '03/14/24,Tea,Ann (ann1),1,5.00,,0.00,5.00,USD,9002,78,United States,500'
      )
    )
    expect(summary.mapping).toMatchObject({ order_id: 'Order ID', customer_id: 'Buyer', product_id: 'Listing ID' })
    expect(summary.counts).toMatchObject({ orders: 1, products: 2 })
  })

  test('eBay: the row that sums up an order is left out', async () => {
    const { summary } = await readFile(
      table(
        'Sales Record Number,Order Number,Buyer Username,Buyer Country,Item Number,Item Title,Quantity,Sold For,Total Price,Sale Date',
        '10,27-1,ann_1,Germany,,,3,£25.00,£30.00,2024-03-14',
        '10,27-1,ann_1,Germany,1111,Mug,2,£10.00,,2024-03-14',
        '10,27-1,ann_1,Germany,2222,Tea,1,£5.00,,2024-03-14'
      )
    )
    expect(summary.revenue).toBe(25)
    expect(rowsByRule(summary)).toEqual({ product_id_mismatch: 1 })
  })

  test('BigCommerce and the grid of Magento have a row an order', async () => {
    const big = await readFile(
      table(
        'Order ID,Customer ID,Customer Name,Customer Email,Order Date,Order Status,Order Total (inc tax),Total Quantity,Order Currency Code,Billing Country,Product Details',
        '100,0,Ann,ann@example.com,2024-03-14,Completed,25.00,3,USD,United States,"Product ID: 1, Product Qty: 3"'
      )
    )
    expect(big.summary.mapping).toMatchObject({ line_total: 'Order Total (inc tax)', customer_id: 'Customer Email' })
    expect(big.summary.revenue).toBe(25)
    const magento = await readFile(
      table(
        'ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,Customer Email',
        '000000001,Main,2024-03-14 10:00:00,Ann,Ann,30.00,30.00,complete,ann@example.com'
      )
    )
    expect(magento.summary.mapping).toMatchObject({ order_id: 'ID', line_total: 'Grand Total (Purchased)' })
  })

  test('PrestaShop', async () => {
    const { summary } = await readFile(
      table(
        'id_order,reference,id_customer,date_add,product_id,product_reference,product_name,product_quantity,product_price,unit_price_tax_incl,total_price_tax_incl',
        '5,XKBKNABJK,2,2024-03-14 10:00:00,9,demo_1,Mug,2,8.40,10.00,20.00'
      )
    )
    expect(summary.mapping).toMatchObject({
      order_id: 'id_order',
      customer_id: 'id_customer',
      ordered_at: 'date_add',
      product_id: 'product_reference',
      quantity: 'product_quantity',
      line_total: 'total_price_tax_incl'
    })
    expect(summary.revenue).toBe(20)
  })

  test('Shopware', async () => {
    const { summary } = await readFile(
      table(
        'orderNumber;orderTime;customerNumber;articleNumber;articleName;quantity;price;currency;orderStatus',
        '10001;2024-03-14 10:00:00;20001;SW10;Tasse;2;9,95;EUR;completed'
      )
    )
    expect(summary.mapping).toMatchObject({
      order_id: 'orderNumber',
      ordered_at: 'orderTime',
      customer_id: 'customerNumber',
      product_id: 'articleNumber',
      unit_price: 'price'
    })
    expect(summary.revenue).toBe(19.9)
  })

  test('Square and Lightspeed tills', async () => {
    const square = await readFile(
      table(
        'Date,Time,Category,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Customer ID,Customer Name',
        '2024-03-14,10:00:00,Coffee,Latte,2.0,Regular,LAT,$9.00,-$1.00,$8.00,$0.70,tx1,cus1,Ann'
      )
    )
    expect(square.summary.mapping).toMatchObject({
      line_total: 'Net Sales',
      customer_id: 'Customer ID',
      quantity: 'Qty'
    })
    expect(square.summary.revenue).toBe(8)
    const lightspeed = await readFile(
      table(
        'Date,Receipt Number,Line Type,Customer Code,Customer Name,Quantity,Subtotal,Discount,Total,Details,Status,Sku',
        '2024-03-14 10:00:00,55,Sale,ANN-1,Ann,2,20.00,0,20.00,,CLOSED,',
        '2024-03-14 10:00:00,55,Sale Line,ANN-1,Ann,2,20.00,0,20.00,Mug,CLOSED,MUG',
        '2024-03-14 10:00:00,55,Payment,ANN-1,Ann,1,20.00,0,20.00,Cash,CLOSED,'
      )
    )
    expect(lightspeed.summary.revenue).toBe(20)
    expect(rowsByRule(lightspeed.summary)).toEqual({ product_id_mismatch: 2 })
  })

  test('SAP and Dynamics, in English and German', async () => {
    const sap = await readFile(
      table(
        'Billing Document;Billing Date;Sold-to Party;Material;Material Description;Billed Quantity;Net Value;Document Currency',
        '90000001;2024-03-14;0000100001;MUG;Mug;3;30.00;EUR'
      )
    )
    expect(sap.summary.mapping).toMatchObject({
      order_id: 'Billing Document',
      customer_id: 'Sold-to Party',
      line_total: 'Net Value'
    })
    const german = await readFile(
      table(
        'Belegnr.;Buchungsdatum;Verk. an Deb.-Nr.;Nr.;Beschreibung;Menge;VK-Preis;Zeilenbetrag;Einstandspreis (MW)',
        'VR-1;14.03.2024;D1;1000;Tasse;3;10,00;30,00;4,50',
        'VR-2;25.03.2024;D1;1000;Tasse;1;10,00;10,00;4,50'
      )
    )
    expect(german.summary.mapping).toMatchObject({
      order_id: 'Belegnr.',
      customer_id: 'Verk. an Deb.-Nr.',
      product_id: 'Nr.',
      unit_price: 'VK-Preis',
      cost: 'Einstandspreis (MW)'
    })
    expect((await linesOf(german.folder))[0]).toMatchObject({ cost: '4.5000', line_total: '30.0000' })
  })
})

describe('the data set of', () => {
  test('Superstore: Sales are line totals, Discount is a share', async () => {
    const { summary } = await readFile(
      table(
        'Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,Country,City,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit',
        '1,CA-1,11/8/2016,11/11/2016,Second Class,CG-1,Claire,Consumer,United States,Henderson,FUR-1,Furniture,Bookcases,Bush,261.96,2,0.2,41.9',
        '2,CA-1,11/28/2016,11/29/2016,Second Class,CG-1,Claire,Consumer,United States,Henderson,FUR-2,Furniture,Chairs,Hon,731.94,3,0,219.5'
      )
    )
    expect(summary.mapping).toEqual({
      order_id: 'Order ID',
      product_id: 'Product ID',
      product_name: 'Product Name',
      quantity: 'Quantity',
      line_total: 'Sales',
      ordered_at: 'Order Date',
      customer_id: 'Customer ID',
      country: 'Country',
      category: 'Category',
      discount: 'Discount'
    })
    expect(summary.revenue).toBe(993.9)
  })

  test('Olist, joined: the customer is the unique one, and each row is one item', async () => {
    const { summary } = await readFile(
      table(
        'order_id,customer_id,order_status,order_purchase_timestamp,order_item_id,product_id,price,freight_value,customer_unique_id,product_category_name',
        'o1,c1,delivered,2017-10-02 10:56:33,1,p1,29.99,8.72,u1,moveis',
        'o1,c1,delivered,2017-10-02 10:56:33,2,p1,29.99,8.72,u1,moveis',
        'o2,c2,canceled,2017-10-03 10:56:33,1,p1,29.99,8.72,u1,moveis'
      )
    )
    expect(summary.mapping).toMatchObject({ customer_id: 'customer_unique_id', line_total: 'price' })
    expect(summary.counts).toMatchObject({ rows_kept: 2, customers: 1 })
    expect(summary.revenue).toBe(59.98)
    expect(summary.columns).toContainEqual(
      expect.objectContaining({ field: 'quantity', column: null, confidence: 'assumed' })
    )
  })

  test('Instacart has no amounts, Complete Journey no dates: both say so', async () => {
    const orders = await refusal(
      table(
        'order_id,user_id,eval_set,order_number,order_dow,order_hour_of_day,days_since_prior_order',
        '1,1,prior,1,2,8,'
      )
    )
    expect(orders.message).toMatch(/neither amounts nor dates/)
    const products = await refusal(table('order_id,product_id,add_to_cart_order,reordered', '1,196,1,0'))
    expect(products.message).toMatch(/no amounts/)
    const journey = table(
      'household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE,STORE_ID,RETAIL_DISC,TRANS_TIME,WEEK_NO',
      '2375,26984851472,1,1004906,1,1.39,364,-0.6,1631,1'
    )
    expect((await refusal(journey)).message).toMatch(/are numbers \(day 1 to 711\), not dates/)
    const { summary } = await readFile(
      table(
        'household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,week,transaction_timestamp',
        '900,330,31198570044,1095275,1,0.50,0.20,0,1,2017-01-01 11:53:26'
      )
    )
    expect(summary.mapping).toMatchObject({
      customer_id: 'household_id',
      order_id: 'basket_id',
      line_total: 'sales_value'
    })
  })

  test('a mall, where price is the amount of the line: found by its growing with the quantity', async () => {
    const { summary } = await readFile(
      table(
        'invoice_no,customer_id,gender,age,category,quantity,price,payment_method,invoice_date,shopping_mall',
        ...[
          'I1,C1,Female,28,Clothing,5,1500.40,Card,5/8/2022,Kanyon',
          'I2,C2,Male,21,Shoes,3,1800.51,Card,12/12/2021,Forum',
          'I3,C3,Male,20,Clothing,1,300.08,Cash,9/11/2021,Metrocity',
          'I4,C4,Female,66,Shoes,5,3000.85,Card,16/5/2021,Metropol',
          'I5,C5,Female,53,Clothing,2,600.16,Cash,24/10/2021,Kanyon',
          'I6,C6,Female,28,Shoes,1,600.17,Card,24/5/2022,Forum'
        ]
      )
    )
    expect(summary.mapping).toMatchObject({ line_total: 'price', order_id: 'invoice_no' })
    expect(summary.mapping).not.toHaveProperty('unit_price')
    expect(summary.revenue).toBe(7802.17)
    expect(summary.columns?.find(({ field }) => field === 'line_total')).toMatchObject({ confidence: 'content' })
    expect(summary.limitations.join(' ')).toMatch(/read as the amount of the line/)
  })
})

describe('headers in', () => {
  const cases = [
    [
      'German',
      'Bestellnummer;Kundennummer;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Rechnungsdatum;Land;Währung;Kategorie'
    ],
    [
      'French',
      'N° de commande;Client;Référence;Désignation;Quantité;Prix unitaire;Date de commande;Pays;Devise;Catégorie'
    ],
    ['Spanish', 'Nº de pedido;Cliente;Referencia;Descripción;Cantidad;Precio unitario;Fecha;País;Moneda;Categoría'],
    ['capitals', 'ORDER_ID;CUSTOMER ID;Product-Id;productName;QTY;UnitPrice (EUR);orderDate;COUNTRY;Currency;Category']
  ] as const
  for (const [language, header] of cases) {
    test(`${language} are known, whatever their case, accents and punctuation`, async () => {
      const { summary } = await readFile(table(header, 'B1;K1;A1;Tasse;2;9.95;2024-03-14;Deutschland;EUR;Küche'))
      const columns = header.split(';')
      expect(summary.mapping).toEqual(
        Object.fromEntries(
          [
            'order_id',
            'customer_id',
            'product_id',
            'product_name',
            'quantity',
            'unit_price',
            'ordered_at',
            'country',
            'currency',
            'category'
          ].map((field, at) => [field, columns[at]])
        )
      )
      expect(summary.revenue).toBe(19.9)
    })
  }
})

describe('what a column means', () => {
  test('a unit cost is a cost and no price', async () => {
    const problem = await refusal(table('order id,customer id,date,quantity,unit cost', '1,C1,2024-01-05,2,3'))
    expect(problem.message).toMatch(/No column was found for unit_price/)
  })

  test("a total that is the same in all lines of an order is the order's", async () => {
    const { summary } = await readFile(
      table(
        'order id,customer id,date,sku,quantity,price,total',
        '1,C1,2024-01-05,A,2,3,11',
        '1,C1,2024-01-05,B,1,5,11',
        '2,C2,2024-01-06,A,1,3,13',
        '2,C2,2024-01-06,B,2,5,13'
      )
    )
    expect(summary.mapping).not.toHaveProperty('line_total')
    expect(summary.revenue).toBe(24)
    expect(summary.limitations.join(' ')).toMatch(/total of the whole order/)
  })

  test('of two that fit the surer is taken, and the other named', async () => {
    const { summary } = await readFile(
      table('order id,customer id,email,date,quantity,price', '1,C1,ann@example.com,2024-01-05,2,3')
    )
    expect(summary.columns?.find(({ field }) => field === 'customer_id')).toMatchObject({
      column: 'customer id',
      confidence: 'exact',
      alternatives: ['email']
    })
    expect(summary.limitations.join(' ')).toMatch(/for customer_id "customer id" was taken, not "email"/)
  })

  test('the mapping of the caller goes before all', async () => {
    const { summary } = await readFile(
      table(
        'Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem price,Id',
        'N1,a@b.c,paid,2024-01-05,2,3,77'
      ),
      { mapping: { order_id: 'Id' } }
    )
    expect(summary.columns?.[0]).toMatchObject({ field: 'order_id', column: 'Id', confidence: 'given' })
  })
})
