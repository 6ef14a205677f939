/**
 * Settings: the only file that reads the environment. Everything has a default, so that a bare machine works;
 * a value that cannot be understood stops the start with its name and the fix.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { tracingEnvironment } from '../graph/tracing.ts';
import { fleetSettings, type FleetSettings, fleetVariables } from './fleetSettings.ts';
import { noticeSettings, type NoticeSettings, noticeVariables } from './notices/settings.ts';
import { type Hook, hooksFrom } from './hooks/settings.ts';
import { isPlace, isUrl } from './places.ts';
import { type IdentitySettings, identitySettings } from './identity/settings.ts';
import { type ModelConfig, modelSettings, modelVariables } from './modelSettings.ts';
import {
  secretNamed,
  SecretFileProblem,
  secretSettings,
  secretsIn,
  withSecretFiles,
} from './secretFiles.ts';

const place = z
  .string()
  .refine(isPlace, 'is neither a path nor a whole postgres://user@host:port/database');

const Variables = z.object({
  /** A file path, or a `postgres://` URL. */
  INTERLOCK_LEDGER: place.optional(),
  /** Disposable graph checkpoints: a file or a `postgres://` URL; beside the ledger unless named. */
  INTERLOCK_CHECKPOINTS: place.optional(),
  INTERLOCK_HOME: z.string().min(1).default('.interlock'),
  INTERLOCK_LOG: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('warn'),
  /** `production` in our image: nothing that only tests need is taken there. */
  NODE_ENV: z.string().optional(),
  /** Any value switches colour off (the convention of no-color.org). */
  NO_COLOR: z.string().optional(),
  /** Tracing sends state to another site: off unless asked for by this name. */
  INTERLOCK_TRACING: z.enum(['on', 'off']).default('off'),
  ...noticeVariables,
  ...modelVariables,
  ...fleetVariables,
});

/** Settings that mean nothing without another one: half of a channel would look set up and send nothing. */
const needs = [
  ['INTERLOCK_SMTP_URL', 'INTERLOCK_MAIL_FROM'],
  ['INTERLOCK_ACK_SECRET', 'INTERLOCK_PUBLIC_URL'],
] as const;

const Environment = Variables.superRefine((given, context) => {
  for (const [name, other] of needs) {
    if (given[name] === undefined || given[other] !== undefined) continue;
    const message = `is needed with ${name}: set both, or neither`;
    context.addIssue({ code: 'custom', path: [other], message });
  }
  if (given.INTERLOCK_CRASH === undefined || given.NODE_ENV !== 'production') return;
  const message = 'is for tests and refused in production (NODE_ENV): unset it';
  context.addIssue({ code: 'custom', path: ['INTERLOCK_CRASH'], message });
});

export type Config = {
  readonly home: string;
  readonly ledger: string;
  readonly checkpoints: string;
  readonly log: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Colour is wanted, if there is a terminal. */
  readonly colour: boolean;
  readonly notices: NoticeSettings;
  /** The model that the minds may ask; null: deterministic minds alone. */
  readonly model: ModelConfig | null;
  readonly fleet: FleetSettings;
};

/** The name of every setting that is read from the environment. */
export const settingNames: readonly string[] = [
  ...Object.keys(Variables.shape).filter((name) => name !== 'NODE_ENV'),
  ...Object.keys(identitySettings.in.shape),
  'INTERLOCK_HOOKS',
  ...secretSettings.map((setting) => `${setting}_FILE`),
];

/** A setting that cannot be understood. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Ours by name, and read by nobody: a slip of the pen that would otherwise leave a default in force. */
function refuseUnknown(environment: NodeJS.ProcessEnv): void {
  const unknown = Object.keys(environment).filter(
    (name) => /^INTERLOCK_(?!HOOK_)/.test(name) && !settingNames.includes(name),
  );
  if (unknown.length === 0) return;
  throw new ConfigError(
    `there is no setting ${unknown.join(', ')}: correct the name or unset it (service/README.md names every setting; names of hooks' secrets may begin with INTERLOCK_HOOK_)`,
  );
}

/** The environment with the secrets that lie in files; the only way in for every reader below. */
function told(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  refuseUnknown(environment);
  try {
    return withSecretFiles(environment);
  } catch (error) {
    if (!(error instanceof SecretFileProblem)) throw error;
    throw new ConfigError(`cannot read the settings: ${error.message}`);
  }
}

/** What is wrong with a setting or an option, as what it takes; the words of a rule of ours as they are. */
export function wordsOf(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'string' ? 'must be text' : 'must be a whole number';
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be ${issue.minimum} at least`;
    case 'too_big':
      return `must be ${issue.maximum} at most`;
    case 'invalid_value':
      return `must be one of: ${issue.values.join(', ')}`;
    case 'invalid_format':
      return `must be a whole ${issue.format === 'url' ? 'URL' : issue.format}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return issue.message;
  }
}

/** Every setting that cannot be understood, in one error. */
const problemsIn = ({ issues }: z.ZodError): ConfigError =>
  new ConfigError(
    `cannot read the settings: ${issues
      .map((issue) => `${issue.path.join('.')}: ${wordsOf(issue)}`)
      .join('; ')}`,
  );

/** Reads the environment. Switches the libraries' own tracing off unless INTERLOCK_TRACING is `on`. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = Environment.safeParse(told(environment));
  if (!parsed.success) throw problemsIn(parsed.error);
  Object.assign(process.env, tracingEnvironment(parsed.data.INTERLOCK_TRACING === 'on'));
  const {
    INTERLOCK_HOME: home,
    INTERLOCK_LEDGER,
    INTERLOCK_CHECKPOINTS,
    INTERLOCK_LOG,
    NO_COLOR,
  } = parsed.data;
  const ledger = INTERLOCK_LEDGER ?? join(home, 'ledger.db');
  return {
    home,
    ledger,
    checkpoints: INTERLOCK_CHECKPOINTS ?? (isUrl(ledger) ? ledger : join(home, 'checkpoints.db')),
    log: INTERLOCK_LOG,
    colour: (NO_COLOR ?? '') === '',
    notices: noticeSettings(parsed.data),
    model: modelSettings(parsed.data),
    fleet: fleetSettings(parsed.data),
  };
}

/** The settings of the model that is named here instead of in the environment; everything else is read from there. */
export function readModel(name: string, environment: NodeJS.ProcessEnv = process.env): ModelConfig {
  const { model } = readConfig({ ...environment, INTERLOCK_MODEL: name });
  if (model === null) throw new ConfigError('no model is named');
  return model;
}

/** Every secret that the environment holds, so that the log can leave them out. */
export const readSecrets = (environment: NodeJS.ProcessEnv = process.env): readonly string[] =>
  secretsIn(environment);

/** Settings of identities, as the environment has them. Throws ConfigError naming what cannot be understood. */
export function readIdentity(environment: NodeJS.ProcessEnv = process.env): IdentitySettings {
  const parsed = identitySettings.safeParse(told(environment));
  if (!parsed.success) throw problemsIn(parsed.error);
  return parsed.data;
}

/** The hooks of the file that INTERLOCK_HOOKS names; none without it. Throws ConfigError naming what cannot be used. */
export function readHooks(environment: NodeJS.ProcessEnv = process.env): readonly Hook[] {
  const path = environment['INTERLOCK_HOOKS'];
  if (path === undefined || path === '') return [];
  try {
    return hooksFrom(parseYaml(readFileSync(path, 'utf8')), (name) =>
      secretNamed(environment, name),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`cannot read INTERLOCK_HOOKS: ${why}`);
  }
}
