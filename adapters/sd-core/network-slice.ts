// The body of a network slice: its identity, the groups in it, the site's radio cells and user plane, and its rules.

import { type Because, type Device, EdgeconfError, type IntentNode, type Json } from '../../src/southbound/adapter.ts';
import type { Dialect } from './dialect.ts';
import { filteringRules } from './filtering-rules.ts';
import { NAME_PATTERN, nameOnDevice } from './names.ts';
import { activeGroups, upfOf } from './slices.ts';

export function networkSliceBody(
  intent: IntentNode,
  site: IntentNode,
  slice: IntentNode,
  device: Device,
  dialect: Dialect,
  because: Because,
): Json {
  const upf = upfOf(site, slice);
  return {
    'slice-id': {
      sst:
        dialect.sst === 'hexadecimal'
          ? because('sst of the slice in hexadecimal, as parameter sst says', () => String(slice.leaf('sst')))
          : because('sst of the slice as a decimal number', () =>
              String(Number.parseInt(String(slice.leaf('sst')), 16)),
            ),
      sd: because('sd of the slice', () => String(slice.leaf('sd'))),
    },
    'site-device-group': because('device groups that take part in the slice, by their names on the core', () =>
      activeGroups(slice).map((link) =>
        because('name of the device group on the core', () =>
          nameOnDevice(site, String(link.leaf('device-group') ?? ''), device),
        ),
      ),
    ),
    'site-info': {
      'site-name': because('id of the site', () => String(site.leaf('site-id') ?? '')),
      plmn: {
        mcc: because('country code of the site', () => String(site.leaf('imsi-definition', 'mcc') ?? '')),
        mnc: because('network code of the site', () => String(site.leaf('imsi-definition', 'mnc') ?? '')),
      },
      gNodeBs: because('small cells of the site that are in service', () => gnbs(site, dialect, because)),
      ...(upf === undefined
        ? {}
        : {
            upf: because('user plane of the slice', () => ({
              'upf-name': because('address of the user plane', () => upfOf(site, slice)?.leaf('address') ?? ''),
              'upf-port': because('port of the user plane', () => upfOf(site, slice)?.leaf('port') ?? 0),
            })),
          }),
    },
    'application-filtering-rules': because('rules of the filters first, then of the default behavior', () =>
      filteringRules(intent, slice, dialect, because),
    ),
  };
}

function gnbs(site: IntentNode, dialect: Dialect, because: Because): Json[] {
  const inService = site.list('small-cell').filter((cell) => cell.leaf('enable') !== false);
  return inService.map((cell) => ({
    name: because(
      dialect.gnbNamesChecked
        ? 'address of the cell where the core takes it as a name, else its id'
        : 'address of the cell',
      () => gnbName(site, cell, dialect),
    ),
    tac: because('tracking area of the cell as a number', () => Number.parseInt(String(cell.leaf('tac')), 16)),
  }));
}

/**
 * The cell's address, as ever. Cores that check names refuse one with dots: there the cell's id stands in for it.
 * @throws EdgeconfError FAILED_PRECONDITION when neither is a name that the core takes.
 */
function gnbName(site: IntentNode, cell: IntentNode, dialect: Dialect): string {
  const cellId = String(cell.leaf('small-cell-id'));
  const address = String(cell.leaf('address') ?? cellId);
  if (!dialect.gnbNamesChecked || NAME_PATTERN.test(address)) return address;
  if (NAME_PATTERN.test(cellId)) return cellId;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `site ${site.keys[0]}, small-cell ${cellId}: the core takes neither the address '${address}' nor the id as the name ` +
      "of a gNB; a name has 2 to 256 letters, digits, '-' and '_' and starts with a letter: give such an address, or id",
  );
}
