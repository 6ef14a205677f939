import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

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
        windowSeconds: 60,
        ack: null,
      },
    });
  });

  it('take a ledger, a home and the no-colour convention from the environment', () => {
    const config = readConfig({
      INTERLOCK_HOME: 'kept',
      INTERLOCK_LEDGER: 'postgres://db/x',
      NO_COLOR: '1',
    });
    expect(config).toMatchObject({
      ledger: 'postgres://db/x',
      checkpoints: 'kept/checkpoints.db',
      colour: false,
    });
  });

  it('stop the start when one cannot be understood, naming it', () => {
    expect(() => readConfig({ INTERLOCK_LOG: 'loud' })).toThrow(ConfigError);
    expect(() => readConfig({ INTERLOCK_LOG: 'loud' })).toThrow(/INTERLOCK_LOG/);
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
