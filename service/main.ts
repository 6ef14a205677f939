#!/usr/bin/env node
/**
 * The `interlock` command: reads settings, opens what a verb needs, prints its answer and leaves with its exit
 * code. Every failure ends as one clear sentence on standard error.
 */
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { type Answer, exits, UsageError } from './cli/answer.ts';
import { buildProgram, type Host, type Where } from './cli/program.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import { ConfigError, readConfig, readHooks, readIdentity, readSecrets } from './config.ts';
import { clockAt, refuseOnLiveLedger } from './cli/rehearsal.ts';
import { openBeside } from './openBeside.ts';
import { type LedgerOnly, newId, openLedger } from './openLedger.ts';
import { cleanedBy, openLogger } from './logger.ts';
import { isPlace, isUrl } from './places.ts';

/** Whether a half ran: one that has stopped, or could not start, is kept by nothing that is still open. */
let isHalf = false;

/** Settings that cannot be understood end the command before anything is opened. */
function settings() {
  try {
    return { config: readConfig(), secrets: readSecrets() };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`interlock: ${error.message}\n`);
    return process.exit(exits.usage);
  }
}

const { config, secrets } = settings();
const logger = openLogger(config.log, secrets);
const cleaned = cleanedBy(secrets);

const screen: Host['screen'] = {
  colour: config.colour && process.stdout.isTTY === true,
  print: (text) => void process.stdout.write(`${text}\n`),
};

function placeOf(where: Where) {
  if (where.ledger === undefined) return config;
  if (!isPlace(where.ledger)) throw new UsageError('--ledger is neither a path nor a postgres://…');
  return {
    ledger: where.ledger,
    checkpoints: isUrl(where.ledger) ? where.ledger : `${where.ledger}.checkpoints`,
    model: config.model,
  };
}

const withLedger = async <T>(
  where: Where,
  work: (opened: LedgerOnly) => Promise<T>,
): Promise<T> => {
  const opened = await openLedger(placeOf(where), { now: clockAt(where.at) });
  try {
    await refuseOnLiveLedger(opened.ledger.store, where.at);
    return await work(opened);
  } finally {
    await opened.close();
  }
};

const withInterlock: Host['withInterlock'] = async (where, work) => {
  const { openInterlock } = await import('./interlock.ts');
  const opened = await openInterlock(placeOf(where), { now: clockAt(where.at) });
  try {
    await refuseOnLiveLedger(opened.ledger.store, where.at);
    return await work(opened);
  } finally {
    await opened.close();
  }
};

const withIdentity: Host['withIdentity'] = async (where, work) => {
  const beside = await openBeside(placeOf(where));
  try {
    return await work({ beside, now: () => Date.now(), newId });
  } finally {
    await beside.close();
  }
};

const knownSources: Host['knownSources'] = async (where) => {
  const { sourcesIn } = await import('./cli/cutovers.ts');
  return withLedger({ ledger: where.ledger }, ({ ledger }) => sourcesIn(ledger.store));
};

function deliver(answer: Answer, json: boolean): void {
  const text = json ? JSON.stringify(answer.json, null, 2) : answer.text;
  if (answer.exit === exits.ok || json) screen.print(text);
  else process.stderr.write(`${text}\n`);
  process.exitCode = answer.exit;
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exits.ok : exits.usage;
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  const isAway = error instanceof StoreTrouble && error.code === 'unreachable';
  const where = isAway
    ? ' (INTERLOCK_LEDGER, INTERLOCK_CHECKPOINTS or --ledger say where it is)'
    : '';
  process.stderr.write(`interlock: ${cleaned(message)}${where}\n`);
  if (error instanceof UsageError) process.exitCode = error.exit;
  else if (error instanceof ConfigError) process.exitCode = exits.usage;
  else if (error instanceof StoreTrouble) process.exitCode = exits.unavailable;
  else {
    logger.error({ err: error }, 'the command failed');
    process.exitCode = exits.failed;
  }
}

const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
try {
  await buildProgram({
    screen,
    interactive,
    walkHome: join(config.home, 'walk'),
    notices: config.notices,
    withLedger,
    withInterlock,
    withIdentity,
    knownSources,
    fleet: {
      serve: async ({ as }) => {
        isHalf = true;
        const { serve } = await import('./serve.ts');
        return serve(config, logger, { identity: readIdentity(), hooks: readHooks(), as });
      },
      work: async () => {
        isHalf = true;
        return (await import('./work.ts')).work(config, logger);
      },
    },
    migrate: async (where, { check }) => {
      const { migrate, missing } = await import('./migrate.ts');
      return check ? missing(placeOf(where)) : migrate(placeOf(where), config.fleet.crash);
    },
    deliver,
  }).parseAsync();
} catch (error) {
  fail(error);
}
if (isHalf) process.exit();
