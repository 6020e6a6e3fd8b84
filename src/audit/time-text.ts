// Times of the audit log as text: RFC 3339 in UTC with nine digits, so that order of text is order of time.

const nsPerSecond = 1_000_000_000n;

/** `2026-01-01T00:00:00.000000001Z`. @param timeNs ns since the epoch, up to the year 9999 */
export function timeText(timeNs: bigint): string {
  const seconds = timeNs / nsPerSecond;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(timeNs % nsPerSecond).padStart(9, '0')}Z`;
}

/** The reverse of `timeText`, ns since the epoch; undefined for any other text. */
export function timeOfText(text: string): bigint | undefined {
  const [, whole, fraction] = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.(\d{9})Z$/.exec(text) ?? [];
  const ms = Date.parse(`${whole}Z`);
  if (fraction === undefined || Number.isNaN(ms)) return undefined;
  return BigInt(ms / 1000) * nsPerSecond + BigInt(fraction);
}
