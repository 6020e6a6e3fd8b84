// How documents, their leaves and what happens to them read at a terminal.

import type * as proto from '../proto/southbound.ts';

/** Compact JSON for people, each line indented. 64-bit numbers stay as they are: they are not read. */
export function indented(json: string, indent = '  '): string {
  let depth = 0;
  const line = (): string => `\n${indent}${'  '.repeat(depth)}`;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]|[^{}[\],:"\s]+/g) ?? [];
  const shown = tokens.map((token) => {
    if (token === ':') return ': ';
    if (token === ',') return token + line();
    if (token === '{' || token === '[') {
      depth += 1;
      return token + line();
    }
    if (token !== '}' && token !== ']') return token;
    depth -= 1;
    return line() + token;
  });
  return indent + shown.join('');
}

/** `device-group/robots on core-1: in-effect, verified` and why, when it is not. */
export function documentLine({ device, document, status, verified, reason }: proto.Document): string {
  const seen = status === 'in-effect' || status === 'drifted' ? `, ${verified}` : '';
  return `${document} on ${device}: ${status}${seen}${reason ? `: ${reason}` : ''}`;
}

export function differenceLine({ path, expected, actual }: proto.Difference): string {
  return `${path || '/'}: should be ${expected || 'absent'}, is ${actual || 'absent'}`;
}

/** What people must do next about a document, by how it stands; '' when there is nothing to do. */
export function advice({ status, verified }: proto.Document): string {
  if (status === 'failed') return 'the device refuses it: change the intent that `edgeconf explain` names';
  if (status === 'pending') return 'the service goes on trying; look at the state of the device in target platform';
  if (status === 'drifted') return 'somebody else changed it on the device, and its drift policy is not to revert';
  return verified === 'not-verifiable' ? 'the device gives nothing of this kind back to compare' : '';
}
