import { describe, expect, it } from 'vitest';
import { StoreTrouble } from '../ledger/trouble.ts';
import { readSecrets } from './config.ts';
import { cleanedBy, faultOf, openLogger } from './logger.ts';

function logged(secrets: readonly string[] = []) {
  const lines: string[] = [];
  return { lines, log: openLogger('trace', secrets, { write: (line) => void lines.push(line) }) };
}

describe('the log', () => {
  it('is a line of JSON with its level in a word', () => {
    const { lines, log } = logged();
    log.info({ cutoverId: 'payments' }, 'working');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      cutoverId: 'payments',
      msg: 'working',
    });
  });

  it('tells an error by its kind, its codes and its place, never by its words', () => {
    const { lines, log } = logged();
    const cause = Object.assign(new Error('jane.doe@example.test was refused'), { code: 'EAUTH' });
    const error = new TypeError('4111111111111111\n    at jane.doe (x.ts:1:1)', { cause });
    log.warn({ err: error }, 'will be tried again');
    expect(lines[0]).not.toMatch(/jane|4111|refused/);
    expect(JSON.parse(lines[0] ?? '').err).toMatchObject({ kind: 'TypeError', cause: 'EAUTH' });
    expect(faultOf(error).at?.join()).toMatch(/logger\.test\.ts:\d+/);
  });

  it('tells trouble of the store by its closed codes', () => {
    const cause = Object.assign(new Error('secret'), { code: '57P01' });
    expect(faultOf(new StoreTrouble('unreachable', 'secret', { cause }))).toEqual({
      kind: 'StoreTrouble',
      code: 'unreachable',
      cause: '57P01',
    });
    expect(faultOf('secret')).toEqual({ kind: 'string' });
  });

  it('leaves out every secret of the environment, and whatever looks like one, wherever it stands', () => {
    const secrets = readSecrets({
      INTERLOCK_LEDGER: 'postgres://ledger:pass%2Fword@db/x',
      INTERLOCK_WEBHOOK_SECRETS: 'first-secret, second-secret',
      INTERLOCK_HOOK_BOARD: 'with "quotes" inside',
      INTERLOCK_LOG: 'warn',
    });
    const { lines, log } = logged(secrets);
    log.error({ deep: { it: 'pass/word and pass%2Fword, with "quotes" inside' } }, 'second-secret');
    log.error('DE89370400440532013000 of jane.doe@example.test at +44 7700 900123');
    expect(lines.join('')).not.toMatch(/pass.{1,3}word|quotes|second|DE89|jane|7700/);
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error', 'error']);
  });

  it('does not take a ledger file or a short word for a secret', () => {
    const secrets = readSecrets({ INTERLOCK_LEDGER: '/srv/ledger.db', INTERLOCK_HOOK_X: 'on' });
    expect(cleanedBy(secrets)('on /srv/ledger.db')).toBe('on /srv/ledger.db');
  });
});
