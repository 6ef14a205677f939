/**
 * What people take away: the whole chain for an auditor, and the orders of a packet as a table. Nothing is rendered here
 * that a spreadsheet would run.
 */
import type { Packet } from '../../ledger/packet.ts';
import { eventsOf } from '../packets.ts';
import type { Names } from '../words/names.ts';
import { namesOf } from '../words/names.ts';
import type { ApiDeps } from './deps.ts';
import { packetNamed } from './packetNamed.ts';
import { type Asked, type Declared, route } from './route.ts';

type Look = Asked<never, never>;

/** A cell of a table. What a spreadsheet would take for a formula begins with an apostrophe. */
const cell = (value: string | number | boolean | null): string => {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const instant = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString();

/** The lines of a packet, one row each, in its order. */
function tableOf(packet: Packet, names: Names): string {
  const holds = new Map(packet.holds.map((hold) => [hold.checkpoint, hold]));
  const rows = packet.lines.map((line) => [
    line.checkpoint,
    names.checkpoint(line.checkpoint),
    line.state,
    instant(line.startAt),
    instant(line.endAt),
    line.owner === null ? null : names.person(line.owner),
    holds.get(line.checkpoint)?.holdClass ?? null,
    packet.version,
  ]);
  const head = ['checkpoint', 'name', 'state', 'starts', 'ends', 'owner', 'hold', 'version'];
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

async function csv({ place, part }: Look, deps: ApiDeps): Promise<Response> {
  const at = place();
  const named = await packetNamed(at, part('packet'), deps);
  const name = `${at.cutoverId.replaceAll(/[^a-z0-9-]/g, '-')}-v${named.packet.version}.csv`;
  return new Response(tableOf(named.packet, namesOf(at.state.situation.plan)), {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}"`,
      etag: `"${named.packetHash}"`,
    },
  });
}

async function chain({ place }: Look, { ledger }: ApiDeps): Promise<Response> {
  const { cutoverId } = place();
  const events = await eventsOf(ledger.store, cutoverId);
  return new Response(events.map((event) => `${JSON.stringify(event)}\n`).join(''), {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="${cutoverId.replaceAll(/[^a-z0-9-]/g, '-')}.jsonl"`,
    },
  });
}

const shared = { method: 'get', policy: { who: 'people' }, tag: 'Exports', heavy: true } as const;

/** Two exports. */
export const exportRoutes = (deps: ApiDeps): readonly Declared[] => [
  route<never, never>({
    ...shared,
    path: '/cutovers/{cutover}/export/events',
    name: 'exportEvents',
    about: 'Every event of the ledger with its hashes, one JSON line each.',
    answers: { 200: { about: 'One event a line.', type: 'application/x-ndjson' } },
    handle: (asked) => chain(asked, deps),
  }),
  route<never, never>({
    ...shared,
    path: '/cutovers/{cutover}/export/packets/{packet}',
    name: 'exportPacket',
    about: 'The orders of one packet as a table (CSV, RFC 4180, times in UTC).',
    answers: { 200: { about: 'One line of the packet a row.', type: 'text/csv' } },
    handle: (asked) => csv(asked, deps),
  }),
];
