// The service's loggers: JSON lines on standard error, one exported logger for each part.

import { pino } from 'pino';

const root = pino({ name: 'edgeconf', level: 'info' }, pino.destination({ dest: 2, sync: true }));

/** One logger a part; messages are sentences for an operator, fields are data. Never log credentials. */
export const datastoreLog = root.child({ part: 'datastore' });
export const accessLog = root.child({ part: 'access' });
export const gnmiLog = root.child({ part: 'gnmi' });
export const southboundLog = root.child({ part: 'southbound' });
export const auditLog = root.child({ part: 'audit' });
export const serviceLog = root.child({ part: 'service' });

const all = [datastoreLog, accessLog, gnmiLog, southboundLog, auditLog, serviceLog];

/** Sets the level of every logger: `fatal` `error` `warn` `info` `debug` `silent`. */
export function setLogLevel(level: string): void {
  for (const logger of all) logger.level = level;
}
