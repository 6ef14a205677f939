/**
 * The log: structured lines on standard error, so that standard output stays the answer. Only chosen fields are
 * logged; no configuration object, no report text, no contact address ever is.
 */
import { destination, type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** A logger at the configured level. */
export function openLogger(level: Config['log']): Logger {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: [
          'text',
          '*.text',
          'address',
          '*.address',
          'authorization',
          '*.authorization',
          'token',
          '*.token',
        ],
        censor: '[redacted]',
      },
    },
    destination({ fd: 2, sync: true }),
  );
}
