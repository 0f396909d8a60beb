/** How each figure of a profile is made, for those who calculate after it. */
export const PROFILE_METHODS: Record<string, string> = {
  order:
    'An order is one order id of one customer; it counts with all its lines at the time and in the country of its first line.',
  time: "Months, weekdays (1 is Monday) and hours are those of the dataset's timezone. A month is partial when the data begins or ends further from its edge than orders usually lie apart.",
  returns:
    'Cancelled and returned lines are no purchases. A return rate is their money over the revenue of the same product, category, country or dataset.',
  standard_deviation: 'Divisor n - 1.',
  quantiles:
    'Linear interpolation between order statistics, type 7 of Hyndman and Fan (1996): the default of numpy and pandas.',
  skewness: 'Adjusted Fisher-Pearson coefficient G1 of Joanes and Gill (1998): skew() of pandas.',
  excess_kurtosis: 'G2 of Joanes and Gill (1998), 0 for a normal distribution: kurt() of pandas.',
  fences: '1.5 inter-quartile ranges below the first and above the third quartile (Tukey 1977).',
  histogram:
    '20 bins of equal width from the smallest to the largest value, one for each whole number where there are at most 20; log_histogram: 20 bins of equal width of ln(1 + value), where skewness is above 1 and no value is negative. A bin holds its lower edge, the last one both.',
  pearson: 'Product-moment correlation over the customers that have both features.',
  spearman: 'Pearson correlation of the ranks, equal values sharing their mean rank.',
  gini: 'G = sum of (2i - n - 1) x_i / (n sum of x_i), x ascending (Damgaard and Weiner 2000); of these customers or products, without correction for n.',
  lorenz: 'Share of the revenue of the poorest 0, 1, ... 100 %, straight between two customers or products.',
  top: 'Share of the revenue of the 1, 5, 10, 20 and 50 % with the most; a part of one counts as a whole one.',
  product_classes:
    'A: products with the most revenue until 80 % of it is reached; B: until 95 %; C: the rest. The product that crosses a limit belongs to the class before it.',
  cohorts:
    'Customers by the month of their first order; retention is the share of them with an order in the month so many months later. null lies after the end of the data.',
  new_and_returning:
    'A customer is new in the month of the first order, with all orders of that month, and returning in every later one.'
}
