/**
 * Machine tokens on both databases: C39 (only a hash is kept, nothing shows a secret again), C46 (a token never
 * decides: no scope for it exists), and that what is revoked, expired or bent out of shape is nobody.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { UsageError } from '../service/cli/answer.ts';
import { sourcesIn } from '../service/cli/cutovers.ts';
import { create, type TokenOptions } from '../service/cli/token.ts';
import { authenticateWith } from '../service/identity/authenticate.ts';
import type { IdentityDeps } from '../service/identity/audit.ts';
import { Scope } from '../service/identity/caller.ts';
import {
  createToken,
  findToken,
  listTokens,
  markUsed,
  revokeToken,
  type TokenWanted,
} from '../service/identity/tokens.ts';
import { openBeside } from '../service/openBeside.ts';
import { newId } from '../service/openLedger.ts';
import { nightAt } from './support/build.ts';
import { declareTonight, fleetPlan, ledgerOn } from './support/fleet.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

const by = { name: 'duty', origin: 'test' };
const wanted: TokenWanted = {
  name: 'status board',
  source: 'board',
  scopes: ['report'],
  cutovers: ['payments'],
  expiresAt: nightAt + 3_600_000,
};
const rules = {
  origin: 'https://interlock.example',
  cookies: { secure: true },
  limits: { recentMs: 900_000, idleMs: 3_600_000, ageMs: 43_200_000 },
};
const carrying = (authorization: string): Request =>
  new Request('https://interlock.example/', { headers: { authorization } });

describe.each(kinds)('machine tokens on $name', (kind) => {
  let place: Place;
  let deps: IdentityDeps;
  let at = nightAt;

  beforeEach(async () => {
    at = nightAt;
    place = await kind.fresh();
    let ids = 0;
    deps = {
      beside: await openBeside({ ledger: place.address }),
      now: () => at,
      newId: (what) => `${what}-${(ids += 1)}`,
    };
  });
  afterEach(async () => {
    await deps.beside.close();
    await place.remove();
  });
  const callerOf = (authorization: string) =>
    authenticateWith(deps, rules)(carrying(authorization));

  it('names the source, the scopes and the cutovers of its bearer, in every process that asks', async () => {
    const { secret, token } = await createToken(deps, wanted, by);
    const caller = {
      kind: 'machine',
      token,
      source: 'board',
      scopes: ['report'],
      cutovers: ['payments'],
    };
    expect(await callerOf(`Bearer ${secret}`)).toEqual(caller);
    const other = await openBeside({ ledger: place.address });
    expect(
      await authenticateWith({ ...deps, beside: other }, rules)(carrying(`bearer ${secret}`)),
    ).toEqual(caller);
    await other.close();
  });

  it('C39: keeps the hash of a secret and never the secret, in the table, the list and the audit', async () => {
    const { secret } = await createToken(deps, wanted, by);
    const kept = [
      await place.sql('select * from tokens'),
      await place.sql('select * from identity_audit'),
      await listTokens(deps),
    ];
    expect(JSON.stringify(kept)).toContain('status board');
    expect(JSON.stringify(kept)).not.toContain(secret);
    expect(JSON.stringify(kept)).not.toContain(secret.slice(-43));
    expect(secret).toMatch(/^interlock_token_[\w-]{43}$/);
  });

  it('is nobody when revoked, from the next request on and for good', async () => {
    const { secret, token } = await createToken(deps, wanted, by);
    expect(await revokeToken(deps, token, by)).toBe(true);
    expect(await callerOf(`Bearer ${secret}`)).toEqual({
      kind: 'anonymous',
      because: 'token_revoked',
    });
    expect(await revokeToken(deps, token, by)).toBe(false);
    expect(await revokeToken(deps, 'token-nobody', by)).toBe(false);
  });

  it('counts until the instant at which it expires, and not at it', async () => {
    const { secret } = await createToken(deps, wanted, by);
    at = wanted.expiresAt - 1;
    expect((await callerOf(`Bearer ${secret}`)).kind).toBe('machine');
    at = wanted.expiresAt;
    expect(await callerOf(`Bearer ${secret}`)).toEqual({
      kind: 'anonymous',
      because: 'token_expired',
    });
  });

  it('is nobody with any one character changed, cut or added', async () => {
    const { secret } = await createToken(deps, wanted, by);
    for (let index = 0; index < secret.length; index += 1) {
      const swapped = secret[index] === 'A' ? 'B' : 'A';
      const bent = secret.slice(0, index) + swapped + secret.slice(index + 1);
      expect((await callerOf(`Bearer ${bent}`)).kind, String(index)).toBe('anonymous');
    }
    for (const bent of ['', secret.slice(0, -1), `${secret}A`, secret.slice(10)]) {
      const caller = await callerOf(`Bearer ${bent}`);
      expect(caller).toEqual({ kind: 'anonymous', because: 'token_malformed' });
    }
    for (const header of [secret, `Basic ${secret}`, `Bearer ${secret} ${secret}`, 'Bearer']) {
      expect(await callerOf(header)).toEqual({ kind: 'anonymous', because: 'token_malformed' });
    }
  });

  it('remembers when it was last used, to the minute', async () => {
    const { secret } = await createToken(deps, wanted, by);
    const found = await findToken(deps, secret);
    if (found === null) throw new Error('it was made');
    at += 30_000;
    await markUsed(deps, found);
    const used = await findToken(deps, secret);
    if (used === null) throw new Error('it was made');
    expect(used.lastUsedAt).toBe(nightAt + 30_000);
    at += 59_999;
    await markUsed(deps, used);
    expect((await findToken(deps, secret))?.lastUsedAt).toBe(nightAt + 30_000);
    at += 1;
    await markUsed(deps, used);
    expect((await findToken(deps, secret))?.lastUsedAt).toBe(nightAt + 90_000);
  });

  it('leaves a trace of its making and its end that nobody can change or take away', async () => {
    const { token } = await createToken(deps, wanted, by);
    await revokeToken(deps, token, { name: 'other', origin: 'elsewhere' });
    const trace = await place.sql(
      'select action, subject, actor, origin from identity_audit order by id',
    );
    expect(trace).toEqual([
      { action: 'token_created', subject: token, actor: 'duty', origin: 'test' },
      { action: 'token_revoked', subject: token, actor: 'other', origin: 'elsewhere' },
    ]);
    for (const statement of [
      "update identity_audit set actor = 'nobody'",
      'delete from identity_audit',
    ]) {
      await expect(place.sql(statement), statement).rejects.toThrow(/never changed or removed/);
    }
  });
});

describe('C46: a machine token never decides', () => {
  it('because no scope to decide exists, and none can be put into a token', async () => {
    expect(Scope.options).toEqual(['report', 'read']);
    for (const scope of ['adopt', 'decline', 'acknowledge', 'grant', 'decide', '*', 'admin']) {
      expect(Scope.safeParse(scope).success).toBe(false);
    }
  });
});

describe('interlock token', () => {
  const Created = z.object({ token: z.string(), secret: z.string() });
  const Outlook = z.object({ notDeclared: z.array(z.string()), knownIn: z.array(z.string()) });

  it('C39: shows the secret once, and no file of the ledger holds it', async () => {
    const main = join(await builtFolder(), 'service', 'main.js');
    const home = mkdtempSync(join(tmpdir(), 'interlock-token-'));
    try {
      const interlock = (...args: string[]) => {
        const done = spawnSync(process.execPath, [main, 'token', ...args], {
          cwd: home,
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], INTERLOCK_HOME: home },
        });
        return { code: done.status, out: done.stdout, err: done.stderr };
      };
      const asked = 'create --source board --about payments --scope report read'.split(' ');
      const made: unknown = JSON.parse(interlock(...asked, '--json').out);
      const { token, secret } = Created.parse(made);
      expect(made).toMatchObject({ notDeclared: ['payments'], knownIn: [] });
      const listed = interlock('list');
      expect(listed.out).toContain(
        `${token} · board · source board · report+read · payments · until`,
      );
      expect(listed.out).toContain('never used');
      expect(listed.out + interlock('list', '--json').out).not.toContain(secret);
      expect(interlock('revoke', token)).toMatchObject({ code: 0 });
      expect(interlock('revoke', token)).toMatchObject({ code: 4, out: '' });
      expect(interlock('list').out).toContain('revoked');
      const files = readdirSync(home).map((name) => readFileSync(join(home, name)));
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((bytes) => bytes.includes(secret))).toEqual([]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('says which cutovers that it is about are not declared, or do not know its source', async () => {
    const beside = await openBeside({ ledger: ':memory:' });
    const store = await openSqliteStore(':memory:');
    const deps = { beside, now: () => nightAt, newId };
    await declareTonight(ledgerOn(store), fleetPlan('payments'));
    const stranger = { id: 'pager', name: 'Pager', rank: 1, facts: [], reporters: [] };
    await declareTonight(ledgerOn(store), fleetPlan('refunds', { sources: [stranger] }));
    const made = async (options: Partial<TokenOptions>) => {
      const given = { source: 'board', days: '30', ...options };
      const { text, json } = await create(deps, given, () => sourcesIn(store));
      const { notDeclared, knownIn } = Outlook.parse(json);
      return { told: text.split('\n').slice(3), notDeclared, knownIn };
    };
    const held = 'would be held: the "sources" of a runbook must name';
    expect(await made({ about: ['payments'] })).toEqual({
      told: [],
      notDeclared: [],
      knownIn: ['payments'],
    });
    expect(await made({ about: ['payments', 'refunds', 'payrolls'] })).toEqual({
      told: [
        'Not declared here, so far: payrolls.',
        `refunds does not know the source board (it knows pager), so every fact about it ${held} board.`,
      ],
      notDeclared: ['payrolls'],
      knownIn: ['payments'],
    });
    expect((await made({ anyCutover: true })).told).toEqual([]);
    expect(await made({ anyCutover: true, source: 'bord' })).toEqual({
      told: [`No cutover declared here knows the source bord: every fact about one ${held} bord.`],
      notDeclared: [],
      knownIn: [],
    });
    // Who only reads is held up by nothing.
    expect((await made({ about: ['refunds'], scope: ['read'] })).told).toEqual([]);
    await store.close();
    await beside.close();
  });

  it('refuses a token for nobody, for nothing, for ever or to decide', async () => {
    const beside = await openBeside({ ledger: ':memory:' });
    const deps = { beside, now: () => nightAt, newId: (kind: string) => `${kind}-1` };
    const nothingDeclared = async () => new Map();
    const good = { source: 'board', anyCutover: true, days: '30' };
    for (const wrong of [
      { anyCutover: undefined },
      { about: ['payments'] },
      { anyCutover: undefined, about: ['Not An Id'] },
      { source: 'Not An Id' },
      { source: 'interlock' },
      { scope: ['adopt'] },
      { scope: [] },
      { days: '0' },
      { days: '367' },
      { days: 'x' },
    ]) {
      const asked = create(deps, { ...good, ...wrong }, nothingDeclared);
      await expect(asked, JSON.stringify(wrong)).rejects.toBeInstanceOf(UsageError);
    }
    for (const [wrong, words] of [
      [{ scope: ['adopt'] }, '--scope: must be one of: report, read'],
      [{ days: '0' }, '--days: must be 1 at least'],
      [{ days: 'x' }, '--days: must be a whole number'],
      [
        { source: 'Not An Id' },
        '--source: an id is lower-case letters, digits and . _ : - (at most 100)',
      ],
    ] as const) {
      const asked = create(deps, { ...good, ...wrong }, nothingDeclared);
      await expect(asked).rejects.toThrow(new UsageError(words));
    }
    expect(await listTokens(deps)).toEqual([]);
    expect((await create(deps, good, nothingDeclared)).exit).toBe(0);
    await beside.close();
  });
});
