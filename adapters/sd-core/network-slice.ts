// The body of a network slice: its identity, the groups in it, the site's radio cells and user plane, and its rules.

import { EdgeconfError, type IntentNode, type Json } from '../../src/southbound/adapter.ts';
import { optional, requireName } from './device-group.ts';
import { type Dialect, NAME_PATTERN } from './dialect.ts';
import { activeGroups } from './documents.ts';
import { filteringRules } from './filtering-rules.ts';

export function networkSliceBody(intent: IntentNode, site: IntentNode, slice: IntentNode, dialect: Dialect): Json {
  requireName('slice', slice.keys[0] ?? '');
  return {
    'slice-id': {
      // The core reads a decimal number here, intent says it in hexadecimal.
      sst: String(Number.parseInt(String(slice.leaf('sst')), 16)),
      sd: String(slice.leaf('sd')),
    },
    'site-device-group': activeGroups(slice),
    'site-info': {
      'site-name': site.keys[0] ?? '',
      plmn: {
        mcc: String(site.leaf('imsi-definition', 'mcc') ?? ''),
        mnc: String(site.leaf('imsi-definition', 'mnc') ?? ''),
      },
      gNodeBs: site.list('small-cell').flatMap((cell) => gnb(site, cell, dialect)),
      ...optional('upf', upf(site, slice)),
    },
    'application-filtering-rules': filteringRules(intent, slice, dialect),
  };
}

function upf(site: IntentNode, slice: IntentNode): Json | undefined {
  const id = slice.leaf('upf');
  const found = id === undefined ? undefined : site.entry('upf', String(id));
  if (found === undefined) return undefined;
  return { 'upf-name': found.leaf('address') ?? '', 'upf-port': found.leaf('port') ?? 0 };
}

function gnb(site: IntentNode, cell: IntentNode, dialect: Dialect): Json[] {
  if (cell.leaf('enable') === false) return [];
  return [{ name: gnbName(site, cell, dialect), tac: Number.parseInt(String(cell.leaf('tac')), 16) }];
}

/**
 * The cell's address, as ever. Cores that check names refuse one with dots: there the cell's id stands in for it.
 * @throws EdgeconfError FAILED_PRECONDITION when neither is a name that the core takes.
 */
function gnbName(site: IntentNode, cell: IntentNode, dialect: Dialect): string {
  const [cellId = ''] = cell.keys;
  const address = String(cell.leaf('address') ?? cellId);
  if (!dialect.gnbNamesChecked || NAME_PATTERN.test(address)) return address;
  if (NAME_PATTERN.test(cellId)) return cellId;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `site ${site.keys[0]}, small-cell ${cellId}: the core takes neither the address '${address}' nor the id as the name ` +
      "of a gNB; a name has 2 to 256 letters, digits, '-' and '_' and starts with a letter: give such an address, or id",
  );
}
