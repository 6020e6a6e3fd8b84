// Unpacks .tar.gz, .tar.xz and .gz in memory, with the system's xz where there is one and a decoder from npm where not.
import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

/** Bytes of a .gz or .xz file, unpacked: by the system's xz where there is one. */
export async function decompress(name, bytes) {
  if (name.endsWith('.gz')) return gunzipSync(bytes);
  if (!name.endsWith('.xz')) return bytes;
  const xz = spawnSync('xz', ['--decompress', '--stdout'], { input: bytes, maxBuffer: 1 << 29 });
  if (xz.status === 0) return xz.stdout;
  return decodeXz(bytes);
}

/** Bytes of a .xz file, by the decoder from npm. */
export async function decodeXz(bytes) {
  const { XzReadableStream } = (await import('xz-decompress')).default;
  const stream = new XzReadableStream(new Blob([bytes]).stream());
  return Buffer.from(await new Response(stream).arrayBuffer());
}

/** Regular files of a tar archive as a Map from path (without the archive's single top folder) to bytes. */
export function untar(bytes) {
  const files = new Map();
  let longName;
  for (let offset = 0; offset + 512 <= bytes.length; ) {
    const header = bytes.subarray(offset, offset + 512);
    if (header[0] === 0) break;
    const size = Number.parseInt(text(header, 124, 12), 8);
    const type = String.fromCharCode(header[156]);
    const body = bytes.subarray(offset + 512, offset + 512 + size);
    if (type === 'L') longName = text(body, 0, size);
    else if (type === 'x') longName = paxPath(body) ?? longName;
    else if (type !== 'g') {
      const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
      const name = longName ?? (prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100));
      longName = undefined;
      const inner = name.replace(/^\.\//, '').split('/').slice(1).join('/');
      if ((type === '0' || type === '\0') && inner) files.set(inner, body);
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  if (files.size === 0) throw new Error('the tar archive holds no files');
  return files;
}

function text(bytes, start, length) {
  const end = bytes.indexOf(0, start);
  const stop = end === -1 || end > start + length ? start + length : end;
  return Buffer.from(bytes.subarray(start, stop)).toString('utf8');
}

function paxPath(body) {
  for (const line of Buffer.from(body).toString('utf8').split('\n')) {
    const match = /^\d+ path=(.*)$/.exec(line);
    if (match) return match[1];
  }
  return undefined;
}
