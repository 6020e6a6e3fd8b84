// Entries of five leaves for aether@2.1: SIM cards, with two unique rules and three patterns.

/** Leaves of one entry. */
export const leavesPerCard = 5;

/** A site to put the cards in. */
export const cardSite = JSON.stringify({
  'edgeconf-site:site': [
    { 'site-id': 'bench', 'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' } },
  ],
});

/** RFC 7951 text for the root with cards `from` up to and without `to`. */
export function simCards(from: number, to: number): string {
  const cards = Array.from({ length: to - from }, (_, i) => ({
    'sim-id': cardId(from + i),
    'display-name': `Card ${from + i}`,
    iccid: iccid(from + i, 1),
    imsi: `00101001${String(from + i).padStart(7, '0')}`,
    enable: true,
  }));
  return JSON.stringify({ 'edgeconf-site:site': [{ 'site-id': 'bench', 'sim-card': cards }] });
}

/** RFC 7951 text that gives `count` of `all` cards, spread evenly, another serial number. */
export function renumberedCards(count: number, all: number): string {
  const cards = Array.from({ length: count }, (_, i) => {
    const n = Math.floor((i * all) / count);
    return { 'sim-id': cardId(n), iccid: iccid(n, 2) };
  });
  return JSON.stringify({ 'edgeconf-site:site': [{ 'site-id': 'bench', 'sim-card': cards }] });
}

/** Path of a leaf of card `n`. */
export function cardLeaf(n: number, leaf: 'display-name' | 'iccid'): string {
  return `/site[site-id=bench]/sim-card[sim-id=${cardId(n)}]/${leaf}`;
}

/** A serial number; those of different series differ. */
export function iccid(n: number, series: number): string {
  return `8988210001${series}${String(n).padStart(8, '0')}`;
}

function cardId(n: number): string {
  return `card-${n}`;
}
