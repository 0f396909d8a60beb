export interface Product {
  product_id: string
  product_name: string
  category: string
  /** List price in the shop's currency, tax included. */
  price: number
  /** How often it is bought against its neighbours: the first of a category most. */
  popularity: number
}

/** Name and price; the order within a category is the order of popularity. */
const SHELVES: readonly [category: string, prefix: string, entries: readonly (readonly [string, number])[]][] = [
  [
    'Kitchen',
    'KI',
    [
      ['Enamel mug, speckled white', 7.5],
      ['Linen tea towel, set of 2', 14],
      ['Olive wood spoon', 6.9],
      ['Stoneware cereal bowl', 12.5],
      ['Glass storage jar, 1 l', 9.9],
      ['Beech chopping board', 24],
      ['Cast iron skillet, 26 cm', 49],
      ['Pour-over coffee maker', 32],
      ['Chef\'s knife 8"', 69],
      ['Pepper mill, walnut', 38],
      ['Copper milk pan', 79],
      ['Bread proofing basket', 19.5],
      ['Salad servers, horn', 16],
      ['Stoneware baking dish', 34],
      ['Pasta machine, steel', 89]
    ]
  ],
  [
    'Tea and Coffee',
    'TC',
    [
      ['House espresso, 250 g', 8.9],
      ['Earl Grey, loose, 100 g', 7.2],
      ['Ethiopia Yirgacheffe, 250 g', 12.4],
      ['Peppermint leaves, 60 g', 5.4],
      ['Decaf Colombia, 250 g', 10.9],
      ['Sencha, 100 g', 11.5],
      ['Rooibos vanilla, 100 g', 6.8],
      ['Drinking chocolate 70 %', 9.5],
      ['Assam breakfast, 250 g', 13.9],
      ['Chai spice blend', 7.9],
      ['Paper filters, 100 pcs', 4.5],
      ['Tea tin, tall', 8.5],
      ['Oolong, 50 g', 16.5],
      ['Tasting box, 6 coffees', 29],
      ['Matcha, ceremonial, 30 g', 27.5]
    ]
  ],
  [
    'Candles',
    'CA',
    [
      ['Tealights, box of 50', 6.5],
      ['Beeswax pillar candle', 13.5],
      ['Scented candle "Fig"', 22],
      ['Dinner candles, set of 6', 11],
      ['Scented candle "Cedar"', 22],
      ['Lantern, small', 18.5],
      ['Snuffer, brass', 15],
      ['Scented candle "Winter"', 24],
      ['Candle holder, clay', 9.8],
      ['Floating candles, 12 pcs', 7.9],
      ['Lantern, large', 42],
      ['Incense, sandalwood', 5.9],
      ['Candelabra, iron', 58],
      ['Reed diffuser', 28],
      ['Refill for reed diffuser', 14]
    ]
  ],
  [
    'Textiles',
    'TX',
    [
      ['Cushion cover 45 x 45', 17],
      ['Cotton hand towel', 12],
      ['Wool throw, herringbone', 79],
      ['Bath towel, waffle', 29],
      ['Linen napkins, set of 4', 26],
      ['Table runner', 23],
      ['Door mat, coir', 21],
      ['Bed linen, single', 64],
      ['Apron, striped', 27.5],
      ['Bed linen, double', 99],
      ['Lambswool socks', 16],
      ['Hot water bottle, knitted', 24.5],
      ['Linen curtain, pair', 129],
      ['Rag rug 70 x 140', 54],
      ['Merino blanket', 149]
    ]
  ],
  [
    'Stationery',
    'ST',
    [
      ['Greeting card "Thank you"', 2.9],
      ['Notebook A5, dotted', 9.5],
      ['Wrapping paper, 3 sheets', 5.5],
      ['Pencil, set of 6', 6.2],
      ['Wall calendar', 16.9],
      ['Washi tape, 3 rolls', 7.4],
      ['Fountain pen, steel', 34],
      ['Weekly planner', 19],
      ['Ink, midnight blue', 11.5],
      ['Letter set, 20 pcs', 13],
      ['Desk tidy, felt', 18],
      ['Gift tags, 24 pcs', 3.9],
      ['Leather notebook cover', 46],
      ['Rubber stamp alphabet', 22.5],
      ['Archival box', 15.5]
    ]
  ],
  [
    'Garden',
    'GA',
    [
      ['Wildflower seeds', 3.4],
      ['Terracotta pot, 18 cm', 8.9],
      ['Garden gloves', 9.9],
      ['Herb seeds, 5 kinds', 11.5],
      ['Plant mister, brass', 24],
      ['Twine, jute', 4.2],
      ['Hand trowel, ash', 17.5],
      ['Bird feeder', 21],
      ['Watering can, 4 l', 36],
      ['Secateurs', 48],
      ['Bulbs: tulip mix, 25', 12.9],
      ['Hanging planter', 26],
      ['Nesting box', 29],
      ['Fire bowl', 139],
      ['Folding bench', 189]
    ]
  ],
  [
    'Children',
    'CH',
    [
      ['Wooden blocks, 40 pcs', 29],
      ['Crayons, beeswax', 10.9],
      ['Picture book "Night Owl"', 14],
      ['Cuddly rabbit', 19.5],
      ['Jigsaw, 100 pieces', 15.5],
      ['Night light, mushroom', 24],
      ['Play dough, 4 colours', 12],
      ['Growth chart', 16.5],
      ['Marble run', 45],
      ['Tea set, tin', 22.5],
      ['Kite', 18.9],
      ['Balance bike', 99],
      ['Advent calendar to fill', 34],
      ["Doll's house", 159],
      ['Bunting, 5 m', 13.5]
    ]
  ],
  [
    'Bath and Body',
    'BB',
    [
      ['Olive oil soap', 4.9],
      ['Hand cream, almond', 8.5],
      ['Bath salts, lavender', 12],
      ['Lip balm', 3.9],
      ['Body wash, vetiver', 13.5],
      ['Loofah', 5.5],
      ['Shampoo bar', 9.2],
      ['Face oil, rose hip', 26],
      ['Soap dish, slate', 11],
      ['Room spray, linen', 15],
      ['Body brush, cactus', 18],
      ['Shaving brush', 34],
      ['Gift box "Calm"', 39],
      ['Bath robe', 89],
      ['Eau de toilette, 50 ml', 64]
    ]
  ]
]

/** What the sample shop sells: 120 products in 8 categories. */
export const PRODUCTS: readonly Product[] = SHELVES.flatMap(([category, prefix, entries]) =>
  entries.map(([product_name, price], index) => ({
    product_id: `${prefix}-${String(101 + index)}`,
    product_name,
    category,
    price,
    popularity: 1 / Math.sqrt(index + 1)
  }))
)

export const CATEGORIES: readonly string[] = SHELVES.map(([category]) => category)
