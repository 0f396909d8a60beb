import type { OrderField } from '../../../domain/vocabulary.ts'

/** As ENGLISH, in German, French and Spanish: shops and spreadsheets of those countries name their columns so. */
export const ABROAD: Record<OrderField, string> = {
  order_id: `
    bestellnummer, bestellnr, bestell nr, bestellung, bestell id, bestellungsnummer, auftragsnummer,
    auftragsnr, auftrag, auftrags nr, rechnungsnummer, rechnungsnr, rechnung, rechnungs nr, belegnummer,
    belegnr, beleg nr, beleg, bonnummer, bon nr, bon, vorgangsnummer, transaktionsnummer, verkaufsbeleg,
    transaktions id, numéro de commande, n commande, no commande, n de commande, no de commande, num commande,
    numero commande, commande, id commande, référence commande, référence de commande, numéro de facture,
    n facture, no facture, numero facture, facture, numéro de ticket, ticket, número de pedido, numero pedido,
    n pedido, no pedido, no de pedido, pedido, id pedido, id de pedido, referencia del pedido,
    número de factura, n factura, no factura, factura, número de orden, orden`,
  product_id: `
    artikelnummer, artikelnr, artikel nr, artikel id, artikel, produktnummer, produktnr, produkt id, produkt,
    materialnummer, warennummer, référence produit, référence article, référence, code produit, code article,
    id produit, id article, réf, réf produit, numéro article, article, produit, referencia,
    referencia producto, referencia de producto, referencia del producto, código producto, código de producto,
    código artículo, id producto, código, producto, artículo`,
  product_name: `
    artikelbezeichnung, artikelname, bezeichnung, produktname, produktbezeichnung, beschreibung,
    artikelbeschreibung, materialkurztext, nom du produit, nom produit, nom article, désignation, libellé,
    libellé produit, libellé article, description produit, nombre del producto, nombre producto,
    nombre de producto, descripción, descripción del producto, denominación`,
  quantity: `
    menge, anzahl, stück, stueck, stückzahl, stueckzahl, bestellmenge, verkaufte menge, auftragsmenge,
    fakturierte menge, quantité, qté, qte, quantité commandée, nombre d articles, quantité vendue, cantidad,
    cant, unidades, cantidad pedida, cantidad vendida`,
  unit_price: `
    einzelpreis, stückpreis, stueckpreis, preis, preis pro stück, preis pro einheit, verkaufspreis, vk preis,
    artikelpreis, nettopreis, bruttopreis, einzelpreis netto, einzelpreis brutto, prix unitaire, prix,
    prix unitaire ttc, prix unitaire ht, prix de vente, pu, pu ttc, pu ht, prix à l unité, precio unitario,
    precio, precio unidad, precio por unidad, precio de venta, precio venta, pvp`,
  line_total: `
    gesamtpreis, gesamtbetrag, betrag, summe, gesamt, positionsbetrag, positionswert, zeilenbetrag, umsatz,
    nettobetrag, bruttobetrag, nettowert, warenwert, montant, total ligne, montant ligne, prix total,
    montant total, total ttc, total ht, montant ttc, montant ht, chiffre d'affaires, importe, importe total,
    importe línea, total línea, precio total, monto, monto total, ventas`,
  ordered_at: `
    rechnungsdatum, bestelldatum, bestellt am, auftragsdatum, kaufdatum, verkaufsdatum, belegdatum,
    buchungsdatum, transaktionsdatum, bestellzeitpunkt, zeitstempel, erstellt am, datum,
    date de commande, date commande, date de la commande, date de facture, date facture, date achat,
    date d'achat, date de vente, date vente, date de création, horodatage, fecha de pedido, fecha pedido,
    fecha del pedido, fecha de factura, fecha factura, fecha de compra, fecha compra, fecha de venta,
    fecha venta, fecha y hora, fecha`,
  ordered_time: `
    bestellzeit, uhrzeit, verkaufszeit, kaufzeit, bonzeit, belegzeit, buchungszeit, transaktionszeit, zeit,
    heure de commande, heure commande, heure de vente, heure vente, heure d'achat, heure, hora de pedido,
    hora pedido, hora de venta, hora venta, hora de compra, hora compra, hora`,
  customer_id: `
    kundennummer, kundennr, kunden nr, kunden id, kundenid, kunde, kundin, debitorennummer, debitor,
    debitor nr, auftraggeber, benutzer id, kunden email, e mail adresse, kunden e mail, kundenname,
    numéro client, numéro de client, n client, no client, id client, code client, client, identifiant client,
    référence client, courriel, adresse e mail, adresse email, email client, nom du client, nom client,
    utilisateur, número de cliente, numero cliente, n cliente, no cliente, id cliente, id de cliente,
    código cliente, código de cliente, cliente, correo electrónico, correo, email cliente, email del cliente,
    nombre del cliente, nombre cliente, usuario`,
  country: `
    land, lieferland, rechnungsland, länderkennzeichen, länderkürzel, ländercode, pays, pays de livraison,
    pays livraison, pays de facturation, pays facturation, code pays, país, país de envío, país envío,
    país de facturación, código de país, código país`,
  category: `
    kategorie, produktkategorie, artikelgruppe, warengruppe, produktgruppe, abteilung, sortiment, catégorie,
    catégorie produit, catégorie de produit, famille, famille produit, rayon, categoría, categoría producto,
    categoría de producto, categoría del producto, familia, departamento`,
  discount: `
    rabatt, rabattbetrag, nachlass, preisnachlass, positionsrabatt, skonto, rabatt %, rabatt in %, remise,
    montant remise, réduction, montant de la remise, remise %, rabais, descuento, importe descuento,
    descuento línea, descuento %, rebaja`,
  cost: `
    einkaufspreis, ek preis, ek, einstandspreis, selbstkosten, kosten, stückkosten, prix d'achat,
    prix de revient, coût, coût unitaire, coste, costo, coste unitario, costo unitario, precio de coste,
    precio de compra`,
  coupon: `
    gutschein, gutscheincode, rabattcode, aktionscode, gutscheinnummer, code promo, code de réduction,
    code remise, bon de réduction, bon d'achat, cupón, código de descuento, código promocional,
    código descuento, vale`,
  channel: `
    vertriebskanal, verkaufskanal, vertriebsweg, kanal, bestellweg, canal, canal de vente, canal vente,
    canal de venta, canal venta, canal de ventas`,
  currency: `
    währung, waehrung, währungscode, devise, monnaie, code devise, moneda, divisa`,
  status: `
    bestellstatus, auftragsstatus, zahlungsstatus, zustand, statut, statut commande, statut de la commande,
    statut de commande, état, état de la commande, estado, estado del pedido, estado pedido, estado de pago`,
  cancelled_at: `
    storniert am, stornodatum, stornierungsdatum, datum der stornierung, storniert, annulée le, annulé le,
    date d'annulation, date annulation, annulée, annulé, cancelado el, anulado el, fecha de cancelación,
    fecha cancelación, fecha de anulación, fecha anulación, cancelado, anulado`
}
