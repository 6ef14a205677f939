/**
 * C29 on the server's side: the lead signs what was shown. A decision names the bytes it saw; when another packet counts
 * by then, or the request was altered on the way, nothing is decided and the answer shows what differs.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Api, apiOn, type As } from './support/api.ts';
import { minute } from './support/build.ts';
import { forecast, night, started } from './support/lateNight.ts';

const at = `/cutovers/${night.cutoverId}`;
let api: Api;
let lead: As;

const Seen = z.looseObject({ packetId: z.string(), packetHash: z.string(), version: z.int() });
const Refused = z.looseObject({
  status: z.int(),
  code: z.string(),
  fix: z.string(),
  seen: Seen.nullable().optional(),
  now: Seen.nullable().optional(),
  diff: z.string().optional(),
  changes: z.array(z.looseObject({ checkpoint: z.string() })).optional(),
});

/** The packet that waits, as a tab shows it. */
async function shown() {
  const response = await api.ask(`${at}/status`, { as: lead });
  return z.looseObject({ pending: z.looseObject({ record: Seen }) }).parse(await response.json())
    .pending.record;
}

const decide = (packet: string, match: string | null, deed = 'adopt'): Promise<Response> =>
  api.ask(`${at}/packets/${packet}/${deed}`, {
    as: lead,
    body: deed === 'decline' ? { reason: 'not tonight' } : {},
    headers: match === null ? {} : { 'if-match': match },
  });

const quoted = (hash: string): string => `"${hash}"`;
const refusals = async (): Promise<number> =>
  (await api.loop.events()).filter(({ body }) => body.type === 'DecisionRefused').length;

beforeEach(async () => {
  api = await apiOn(night);
  await api.loop.run();
  api.loop.clock.at = minute(10);
  await api.loop.report([started('rollback', minute(0)), forecast('rollback', minute(70))]);
  await api.loop.run();
  lead = await api.person('lead');
});
afterEach(async () => {
  const { current } = await api.loop.state();
  expect(current?.packet.version).toBe(1);
  await api.close();
});

describe('C29: a newer packet waits in another tab', () => {
  it.each(['adopt', 'decline'])(
    '%s is refused with what differs, and the refusal is kept',
    async (deed) => {
      const old = await shown();
      api.loop.clock.at = minute(12);
      await api.loop.report([forecast('rollback', minute(90))]);
      await api.loop.run();
      const now = await shown();
      expect(now.version).toBeGreaterThan(old.version);
      for (const [named, status] of [
        ['pending', 412],
        [old.packetId, 409],
      ] as const) {
        const before = await refusals();
        const response = await decide(named, quoted(old.packetHash), deed);
        expect(response.status).toBe(status);
        const told = Refused.parse(await response.json());
        expect(told.seen?.packetHash).toBe(old.packetHash);
        expect(told.now?.packetHash).toBe(now.packetHash);
        expect(told.changes?.map(({ checkpoint }) => checkpoint)).toContain('replicate');
        const diff = await api.ask(told.diff ?? '', { as: lead });
        expect(await diff.json()).toMatchObject({ changes: told.changes });
        expect(await refusals()).toBe(before + 1);
      }
    },
  );
});

describe('C29: the packet that waited was decided in another tab', () => {
  it('a decision on what waits, by the bytes that were seen, is told so, and the refusal is kept', async () => {
    const { packetHash } = await shown();
    expect((await decide('pending', quoted(packetHash), 'decline')).status).toBe(200);
    const before = await refusals();
    const response = await decide('pending', quoted(packetHash));
    expect(response.status).toBe(409);
    expect(Refused.parse(await response.json())).toMatchObject({
      code: 'packet_already_decided',
      seen: { packetHash },
      now: { version: 1 },
    });
    expect(await refusals()).toBe(before + 1);
    expect((await decide('pending', quoted('0'.repeat(64)))).status).toBe(404);
  });
});

describe('C29: the packet that waits, on a ledger of any length', () => {
  it('is found and decided on without reading the ledger again from its beginning', async () => {
    const { packetId, packetHash } = await shown();
    const read = vi.spyOn(api.deps.ledger.store, 'read');
    expect((await api.ask(`${at}/packets/${packetId}`, { as: lead })).status).toBe(200);
    expect((await api.ask(`${at}/packets/1`, { as: lead })).status).toBe(200);
    expect((await decide(packetId, quoted(packetHash), 'decline')).status).toBe(200);
    const fromTheStart = () => read.mock.calls.filter(([, { after }]) => after === 0);
    expect(fromTheStart()).toEqual([]);
    // What was declined is neither in force nor waiting, and is found all the same.
    expect((await api.ask(`${at}/packets/${packetId}`, { as: lead })).status).toBe(200);
    expect(fromTheStart()).not.toEqual([]);
  });
});

describe('C29: facts moved under the packet that was shown', () => {
  it('adopting is refused, and says to wait for the next', async () => {
    const { packetId, packetHash } = await shown();
    api.loop.clock.at = minute(12);
    await api.loop.report([forecast('rollback', minute(90))]);
    const response = await decide(packetId, quoted(packetHash));
    expect(response.status).toBe(409);
    expect(Refused.parse(await response.json()).code).toBe('basis_moved');
  });
});

describe('C29: a request altered on the way', () => {
  it('with any one digit of the hash changed is refused', async () => {
    const { packetId, packetHash } = await shown();
    for (let place = 0; place < packetHash.length; place += 9) {
      const other = packetHash[place] === '0' ? '1' : '0';
      const bent = `${packetHash.slice(0, place)}${other}${packetHash.slice(place + 1)}`;
      const response = await decide(packetId, quoted(bent));
      expect(response.status).toBe(412);
      expect(Refused.parse(await response.json()).code).toBe('packet_hash_mismatch');
    }
  });

  it.each([
    [null, 428],
    ['*', 428],
    ['', 400],
    ['W/"HASH"', 400],
    ['HASH', 400],
    ['"HASH", "HASH"', 400],
    ['"HASH"x', 400],
  ] as const)('with If-Match %s is told %i, and nothing is written', async (match, status) => {
    const { packetId, packetHash } = await shown();
    const before = (await api.loop.state()).version;
    const response = await decide(packetId, match?.replaceAll('HASH', packetHash) ?? null);
    expect(response.status).toBe(status);
    const { errors } = z
      .object({ errors: z.array(z.object({ field: z.string() })) })
      .parse(await response.json());
    expect(errors[0]?.field).toBe('If-Match');
    expect((await api.loop.state()).version).toBe(before);
  });

  it('with more in the body than there is to say is refused', async () => {
    const { packetId, packetHash } = await shown();
    const body = { packetVersion: 1, nonce: 'x' };
    const headers = { 'if-match': quoted(packetHash) };
    const response = await api.ask(`${at}/packets/${packetId}/adopt`, { as: lead, body, headers });
    expect(response.status).toBe(422);
  });

  it('naming the packet in force, or one that never was, is refused', async () => {
    const { packetHash } = await shown();
    expect((await decide('current', quoted(packetHash))).status).toBe(409);
    expect((await decide('77', quoted(packetHash))).status).toBe(404);
  });
});

describe('C29: whoever is not the lead', () => {
  it('is refused in the transaction, and the refusal is kept', async () => {
    const { packetId, packetHash } = await shown();
    const before = await refusals();
    const response = await api.ask(`${at}/packets/${packetId}/adopt`, {
      as: await api.person('dev'),
      body: {},
      headers: { 'if-match': quoted(packetHash) },
    });
    expect(response.status).toBe(403);
    expect(Refused.parse(await response.json()).code).toBe('not_release_lead');
    expect(await refusals()).toBe(before + 1);
  });
});
