// Keeps where a device is out of what tenants get to read of its refusals.

/** The text without the scheme, host and port of the device's address; paths stay, they name documents. */
export function withoutAddress(text: string, address: string): string {
  const [, scheme = '', authority = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]+)/i.exec(address) ?? [];
  if (authority === '') return text;
  const place = authority.slice(authority.lastIndexOf('@') + 1);
  return [`${scheme}${authority}`, `${scheme}${place}`]
    .reduce((told, form) => told.replaceAll(form, ''), text)
    .replaceAll(place, '(device)');
}
