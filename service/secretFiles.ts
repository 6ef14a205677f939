/**
 * Settings whose values lie in files, as container platforms mount secrets: `NAME_FILE` names the file that holds `NAME`.
 * Only settings that are or may carry a secret can be given so.
 */
import { readFileSync } from 'node:fs';

/** Settings that carry a secret; a hook's secrets, whose names an operator chooses, are read the same way. */
export const secretSettings = [
  'INTERLOCK_LEDGER',
  'INTERLOCK_REDIS',
  'INTERLOCK_OIDC_CLIENT_SECRET',
  'INTERLOCK_SLACK_TOKEN',
  'INTERLOCK_SMTP_URL',
  'INTERLOCK_WEBHOOK_SECRETS',
  'INTERLOCK_ACK_SECRET',
  'OPENAI_API_KEY',
] as const;

/** A file of a secret that cannot be used. */
export class SecretFileProblem extends Error {
  override readonly name = 'SecretFileProblem';
}

function contentOf(setting: string, path: string): string {
  let text = '';
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SecretFileProblem(`${setting}_FILE cannot be read: ${why}`);
  }
  if (text === '') throw new SecretFileProblem(`${setting}_FILE names an empty file: ${path}`);
  return text;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The value of one setting, from itself or from its file. Throws SecretFileProblem when both say something. */
export function secretNamed(environment: Environment, setting: string): string | undefined {
  const path = environment[`${setting}_FILE`] ?? '';
  if (path === '') return environment[setting];
  if ((environment[setting] ?? '') !== '') {
    throw new SecretFileProblem(`${setting} and ${setting}_FILE are both set: keep one`);
  }
  return contentOf(setting, path);
}

/** The environment with every secret in its place. */
export function withSecretFiles(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const read = secretSettings.flatMap((setting) => {
    const value = secretNamed(environment, setting);
    return value === undefined ? [] : [[setting, value]];
  });
  return { ...environment, ...Object.fromEntries(read) };
}

/** The password of an address that has one. */
function passwordIn(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : '';
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

const addresses: ReadonlySet<string> = new Set([
  'INTERLOCK_LEDGER',
  'INTERLOCK_REDIS',
  'INTERLOCK_SMTP_URL',
]);
const isSecret = (name: string): boolean =>
  secretSettings.some((setting) => setting === name) || name.startsWith('INTERLOCK_HOOK_');

/** Every secret of the environment, to be kept out of what is written: each word, and of an address the password. */
export const secretsIn = (environment: NodeJS.ProcessEnv): readonly string[] =>
  Object.entries(withSecretFiles(environment)).flatMap(([name, value = '']) => {
    if (!isSecret(name)) return [];
    if (addresses.has(name)) return passwordIn(value);
    return name === 'INTERLOCK_WEBHOOK_SECRETS' ? value.split(/[\s,]+/) : [value];
  });
