// The URIs by which a sample configuration names devices: the platform has to list devices with them before it is accepted.

/** @param text RFC 7951 JSON */
export function endpointsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/endpoint": "([a-z]+:\/\/[^"]+)"/g)].map(([, uri = '']) => uri))];
}
