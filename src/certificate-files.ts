// Where the certificates of a data folder are; apart from what makes them, which is large and needed once.

import { join } from 'node:path';

/** Files of the certificates in a data folder. */
export interface CertificateFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Where the certificates of a data folder are. */
export function certificateFiles(dataFolder: string): CertificateFiles {
  const folder = join(dataFolder, 'tls');
  return { ca: join(folder, 'ca.pem'), certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
}
