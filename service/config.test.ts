import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { standardCaps } from '../ledger/modelCost.ts';
import { ConfigError, readConfig, readIdentity } from './config.ts';

describe('settings', () => {
  it('have a default for everything, so that a bare machine works', () => {
    expect(readConfig({})).toEqual({
      home: '.interlock',
      ledger: '.interlock/ledger.db',
      checkpoints: '.interlock/checkpoints.db',
      log: 'warn',
      colour: true,
      notices: {
        slack: null,
        email: null,
        webhook: null,
        allow: [],
        testRecipients: [],
        slackNames: new Map(),
        windowSeconds: 60,
        claimSeconds: 24,
        ack: null,
      },
      fleet: {
        redis: null,
        host: '127.0.0.1',
        port: 7420,
        workPort: 7421,
        serveWorks: 'auto',
        atOnce: 8,
        leaseMs: 15_000,
        sweepMs: 2_000,
        quietMs: 700,
        crash: null,
        traces: null,
      },
      model: null,
    });
  });

  it('C13: leave work that a dead process held to another well within 30 s', () => {
    const { fleet, notices } = readConfig({});
    // A sweep rings what it finds and works on what still waits at the next look.
    const takenUpAfterMs = [
      fleet.leaseMs + 2 * fleet.sweepMs,
      notices.claimSeconds * 1_000 + fleet.sweepMs,
    ];
    for (const ms of takenUpAfterMs) expect(ms).toBeLessThanOrEqual(26_000);
  });

  it('take a ledger, a home and the no-colour convention from the environment', () => {
    const config = readConfig({
      INTERLOCK_HOME: 'kept',
      INTERLOCK_LEDGER: 'postgres://db/x',
      NO_COLOR: '1',
    });
    expect(config).toMatchObject({
      ledger: 'postgres://db/x',
      checkpoints: 'postgres://db/x',
      colour: false,
    });
    expect(
      readConfig({ INTERLOCK_LEDGER: 'postgres://db/x', INTERLOCK_CHECKPOINTS: 't.db' }),
    ).toMatchObject({
      ledger: 'postgres://db/x',
      checkpoints: 't.db',
    });
  });

  it('name a model, its endpoint, caps and price, and leave every other cap as it is', () => {
    const { model } = readConfig({
      INTERLOCK_MODEL: 'local',
      OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1',
      INTERLOCK_MODEL_CAPS: '{"day":{"calls":7,"microCost":1000}}',
      INTERLOCK_MODEL_PRICE: '0.15,0.60',
    });
    expect(model).toEqual({
      model: 'local',
      baseUrl: 'http://127.0.0.1:8080/v1',
      apiKey: 'none',
      caps: { ...standardCaps, day: { ...standardCaps.day, calls: 7, microCost: 1_000 } },
      price: { input: 150, output: 600 },
    });
    expect(readConfig({ OPENAI_API_KEY: 'k' }).model).toBeNull();
    for (const wrong of ['{', '{"week":{}}', '{"day":{"calls":-1}}']) {
      expect(() => readConfig({ INTERLOCK_MODEL_CAPS: wrong })).toThrow(/INTERLOCK_MODEL_CAPS/);
    }
    expect(() => readConfig({ INTERLOCK_MODEL_PRICE: 'free' })).toThrow(/INTERLOCK_MODEL_PRICE/);
  });

  it('stop the start when one cannot be understood, naming it', () => {
    expect(() => readConfig({ INTERLOCK_LOG: 'loud' })).toThrow(ConfigError);
    expect(() => readConfig({ INTERLOCK_LOG: 'loud' })).toThrow(/INTERLOCK_LOG/);
  });

  it.each([
    [{ INTERLOCK_PORT: 'x' }, 'INTERLOCK_PORT: must be a whole number'],
    [{ INTERLOCK_PORT: '1.5' }, 'INTERLOCK_PORT: must be a whole number'],
    [{ INTERLOCK_PORT: '70000' }, 'INTERLOCK_PORT: must be 65535 at most'],
    [{ INTERLOCK_LEASE_MS: '1' }, 'INTERLOCK_LEASE_MS: must be 300 at least'],
    [{ INTERLOCK_SERVE_WORKS: 'no' }, 'INTERLOCK_SERVE_WORKS: must be one of: auto, on, off'],
    [{ INTERLOCK_HOST: '' }, 'INTERLOCK_HOST: must not be empty'],
    [
      { INTERLOCK_SMTP_URL: 'x', INTERLOCK_MAIL_FROM: 'a@b.test' },
      'INTERLOCK_SMTP_URL: must be a whole URL',
    ],
    [{ INTERLOCK_REDIS: 'http://x' }, 'INTERLOCK_REDIS: is no redis://host:6379'],
  ])('%o is told as %s', (environment, words) => {
    expect(() => readConfig(environment)).toThrow(
      new ConfigError(`cannot read the settings: ${words}`),
    );
  });

  it('give names on Slack their ids, one each', () => {
    const named = (text: string) => readConfig({ INTERLOCK_SLACK_NAMES: text }).notices.slackNames;
    expect([...(named('@on-call=U0123456, #bridge=C0123456') ?? [])]).toEqual([
      ['@on-call', 'U0123456'],
      ['#bridge', 'C0123456'],
    ]);
    for (const wrong of ['on-call=U0123456', '@on-call=somebody', '@a=U0123456=U0123457']) {
      expect(() => named(wrong)).toThrow(/INTERLOCK_SLACK_NAMES/);
    }
  });

  it('are refused by a name that is none, but for secrets of hooks', () => {
    expect(() => readConfig({ INTERLOCK_LEDGRE: 'postgres://db/x' })).toThrow(/INTERLOCK_LEDGRE/);
    expect(() => readIdentity({ INTERLOCK_OIDC_ISUER: 'https://x' })).toThrow(ConfigError);
    expect(readConfig({ INTERLOCK_HOOK_BOARD: 'secret' }).log).toBe('warn');
  });

  it('that are secrets may lie in files, which are read whole and say one thing', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'ledger');
    const from = (text: string, more: NodeJS.ProcessEnv = {}) => {
      writeFileSync(file, text);
      return () => readConfig({ INTERLOCK_LEDGER_FILE: file, ...more });
    };
    expect(from('postgres://u:p@db/x\n')().ledger).toBe('postgres://u:p@db/x');
    expect(from(' \n')).toThrow(/INTERLOCK_LEDGER_FILE names an empty file/);
    expect(from('a', { INTERLOCK_LEDGER: 'b' })).toThrow(/are both set/);
    expect(() => readConfig({ INTERLOCK_LEDGER_FILE: `${file}-none` })).toThrow(/cannot be read/);
    expect(() => readConfig({ INTERLOCK_LOG_FILE: file })).toThrow(/no setting INTERLOCK_LOG_FILE/);
    rmSync(dirname(file), { recursive: true });
  });

  it('keep state from being traced to another site unless asked for by our own name', () => {
    process.env['LANGSMITH_TRACING'] = 'true';
    readConfig({});
    expect(process.env['LANGSMITH_TRACING']).toBe('false');
    expect(process.env['LANGCHAIN_TRACING_V2']).toBe('false');
    readConfig({ INTERLOCK_TRACING: 'on' });
    expect(process.env['LANGSMITH_TRACING']).toBe('true');
    readConfig({});
  });
});
