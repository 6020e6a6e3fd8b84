// Keeps a device's credentials out of what people get to read, whatever the device or its adapter says.

const STAND_IN = '(secret)';

/** The text without the secret, as it is, in base64, in a URL, and within JSON. */
export function withoutSecret(text: string, secret: string | undefined): string {
  if (secret === undefined || secret === '') return text;
  const base64 = Buffer.from(secret).toString('base64');
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64];
  return [...new Set(forms)].reduce((told, form) => told.replaceAll(form, STAND_IN), text);
}
