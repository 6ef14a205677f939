/**
 * The settings of `interlock serve` and `interlock work`, as read from the environment by service/config.ts. Everything
 * has a default that works on one machine with nothing else installed.
 */
import { z } from 'zod';
import { longestLeaseMs } from '../ledger/lease.ts';
import { armedFrom } from './crashPoint.ts';

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard);
const milliseconds = (standard: number, least: number, most = 600_000) =>
  z.coerce.number().int().min(least).max(most).default(standard);

/** The variables, for the one schema in service/config.ts. README.md of service/ names each. */
export const fleetVariables = {
  /** Without it the doorbell is a table beside the ledger. */
  INTERLOCK_REDIS: z.url({ protocol: /^rediss?$/, error: 'is no redis://host:6379' }).optional(),
  INTERLOCK_HOST: z.string().min(1).default('127.0.0.1'),
  INTERLOCK_PORT: port(7420),
  /** Health and metrics of `interlock work`. */
  INTERLOCK_WORK_PORT: port(7421),
  /** Whether `serve` works too; `auto`: when the ledger is a file. */
  INTERLOCK_SERVE_WORKS: z.enum(['auto', 'on', 'off']).default('auto'),
  INTERLOCK_AT_ONCE: z.coerce.number().int().min(1).max(256).default(8),
  INTERLOCK_LEASE_MS: milliseconds(15_000, 300, longestLeaseMs),
  INTERLOCK_SWEEP_MS: milliseconds(2_000, 50),
  INTERLOCK_QUIET_MS: milliseconds(700, 1),
  /** Tests only: `point:nth`. */
  INTERLOCK_CRASH: z
    .string()
    .superRefine((text, context) => {
      try {
        armedFrom(text);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
      }
    })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is no http://collector:4318' })
    .optional(),
};

export type FleetSettings = {
  readonly redis: string | null;
  readonly host: string;
  readonly port: number;
  readonly workPort: number;
  readonly serveWorks: 'auto' | 'on' | 'off';
  readonly atOnce: number;
  readonly leaseMs: number;
  readonly sweepMs: number;
  readonly quietMs: number;
  readonly crash: string | null;
  /** Where traces go; null: nowhere. */
  readonly traces: string | null;
};

const Fleet = z.object(fleetVariables);

/** The settings behind the variables. */
export const fleetSettings = (read: z.infer<typeof Fleet>): FleetSettings => ({
  redis: read.INTERLOCK_REDIS ?? null,
  host: read.INTERLOCK_HOST,
  port: read.INTERLOCK_PORT,
  workPort: read.INTERLOCK_WORK_PORT,
  serveWorks: read.INTERLOCK_SERVE_WORKS,
  atOnce: read.INTERLOCK_AT_ONCE,
  leaseMs: read.INTERLOCK_LEASE_MS,
  sweepMs: read.INTERLOCK_SWEEP_MS,
  quietMs: read.INTERLOCK_QUIET_MS,
  crash: read.INTERLOCK_CRASH ?? null,
  traces: read.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
});
