/**
 * The command line: verbs, options and help, on commander. Each verb answers with text, JSON and an exit code;
 * only this file and main.ts know about the terminal. A verb's code is loaded when the verb is used, so that
 * looking at the order in force does not wait for the workflow's libraries.
 */
import { Command } from 'commander';
import type { NoticeSettings } from '../notices/settings.ts';
import type { Interlock } from '../interlock.ts';
import type { LedgerOnly } from '../openLedger.ts';
import type { Answer } from './answer.ts';
import { addFleet, type FleetHost } from './fleetProgram.ts';
import { addMigrate, type MigrateHost } from './migrateProgram.ts';
import { addIdentity, type IdentityHost } from './identityProgram.ts';
import { addWalk, type WalkHost } from './walkProgram.ts';

type Options = {
  readonly json?: boolean;
  readonly utc?: boolean;
  readonly cutover?: string;
  readonly as: string;
  readonly reason: string;
  readonly diff?: string;
  readonly for?: string;
  readonly asOf?: string;
  readonly checkpoint: string;
  readonly relaxes: string;
  readonly until?: string;
  readonly ledger?: string;
  readonly at?: string;
  readonly preview?: boolean;
  readonly send?: boolean;
};

/** Where the ledger is, and for rehearsals what time it is there. */
export type Where = { readonly ledger?: string | undefined; readonly at?: string | undefined };

/** What main.ts gives: how to open Interlock when a verb needs it, and where answers go. */
export type Host = IdentityHost &
  MigrateHost &
  WalkHost & {
    readonly fleet: Omit<FleetHost, 'print'>;
    readonly notices: NoticeSettings;
    readonly withLedger: (
      where: Where,
      work: (ledger: LedgerOnly) => Promise<Answer>,
    ) => Promise<Answer>;
    readonly withInterlock: (
      where: Where,
      work: (interlock: Interlock) => Promise<Answer>,
    ) => Promise<Answer>;
  };

const help = `
Exit codes: 0 done · 1 Interlock failed · 2 wrong command line · 3 a file has problems, nothing was written ·
4 refused by the ledger · 5 a verification or drill did not hold · 6 the ledger is unavailable, try again.
Times are shown in the cutover's zone; --utc shows UTC. The ledger is .interlock/ledger.db here, or INTERLOCK_LEDGER.
Interlock never recommends go or no-go, never executes a step and never posts anything by itself.`;

type Asked = { readonly options: Options; readonly words: readonly string[] };
type Shape = { readonly usage: string; readonly about: string };
/** What a verb needs open: the ledger alone, or the workflow too. */
type Work =
  | { readonly look: (ledger: LedgerOnly, asked: Asked) => Promise<Answer> }
  | { readonly act: (interlock: Interlock, asked: Asked) => Promise<Answer> };

const doing = (host: Host, work: Work, asked: Asked): Promise<Answer> =>
  'look' in work
    ? host.withLedger(asked.options, (ledger) => work.look(ledger, asked))
    : host.withInterlock(asked.options, (interlock) => work.act(interlock, asked));

/** Adds a verb whose work needs an open ledger. */
function verb(program: Command, host: Host, shape: Shape & Work): Command {
  return program
    .command(shape.usage)
    .description(shape.about)
    .option('--json', 'answer as JSON')
    .option('--utc', 'show times in UTC')
    .option('--cutover <id>', 'which cutover, when there are several')
    .option('--ledger <path>', 'another ledger than the configured one')
    .option('--at <instant>', 'rehearsals only: act as if it were this instant')
    .action(async (...given: unknown[]) => {
      const command = given.findLast((item) => item instanceof Command);
      const options = command?.optsWithGlobals<Options>() ?? {
        as: '',
        reason: '',
        checkpoint: '',
        relaxes: '',
      };
      const answer = await doing(host, shape, { options, words: command?.args ?? [] });
      host.deliver(answer, options.json === true);
    });
}

const first = ({ words }: Asked): string => words[0] ?? '';

function addChanges(program: Command, host: Host): void {
  const { screen } = host;
  verb(program, host, {
    usage: 'declare <runbook>',
    about: 'declare a cutover from a runbook file and prepare packet 1',
    act: async (interlock, asked) =>
      (await import('./change.ts')).declare(
        interlock,
        { ...asked.options, file: first(asked) },
        screen,
      ),
  }).requiredOption('--as <person>', 'who declares it');
  verb(program, host, {
    usage: 'report <facts>',
    about: 'append reports from a facts file, or - for standard input',
    look: async (ledger, asked) =>
      (await import('./report.ts')).report(ledger, { ...asked.options, file: first(asked) }),
  });
  verb(program, host, {
    usage: 'run',
    about: 'rebuild the timeline and stop at the packet that needs a decision',
    act: async (interlock, { options }) =>
      (await import('./change.ts')).runOnce(interlock, options, screen),
  });
  verb(program, host, {
    usage: 'whatif <facts>',
    about: 'what these facts would do; writes nothing',
    act: async (interlock, asked) =>
      (await import('./change.ts')).whatIf(
        interlock,
        { ...asked.options, file: first(asked) },
        screen,
      ),
  });
}

function addViews(program: Command, host: Host): void {
  const { screen } = host;
  verb(program, host, {
    usage: 'status',
    about: 'the order in force, what is stale, what waits, who still acts on old orders',
    look: async (ledger, { options }) =>
      (await import('./show.ts')).status(ledger, options, screen),
  });
  verb(program, host, {
    usage: 'packet [version]',
    about: 'a packet by version, check code, "current" or "pending"',
    look: async (ledger, { options, words }) =>
      (await import('./show.ts')).packet(ledger, { ...options, packet: words[0] }, screen),
  })
    .option('--diff <other>', 'only what differs from another packet')
    .option('--for <person>', 'only the lines of one person');
  verb(program, host, {
    usage: 'holds',
    about: 'the hold register, with causes, release conditions and relaxations',
    look: async (ledger, { options }) => (await import('./show.ts')).holds(ledger, options, screen),
  });
  verb(program, host, {
    usage: 'notices [packet]',
    about: 'what was sent to whom, what waits, who was not told and why',
    look: async (ledger, { options, words }) =>
      (await import('./notices.ts')).notices(
        ledger,
        { ...options, packet: words[0] },
        { screen, settings: host.notices },
      ),
  })
    .option('--preview', 'exactly what would be sent for the packet that waits, or this one')
    .option('--send', 'send what is due now, where no worker does it');
  verb(program, host, {
    usage: 'lineage',
    about: 'everything that happened, in order, with what was known when',
    look: async (ledger, { options }) =>
      (await import('./show.ts')).lineage(ledger, options, screen),
  }).option(
    '--as-of <instant>',
    'what was known at this instant, and what was already true but not received',
  );
}

function addDecisions(program: Command, host: Host): void {
  const { screen } = host;
  verb(program, host, {
    usage: 'adopt <packet>',
    about: 'adopt exactly this packet (version, check code or hash)',
    act: async (interlock, asked) =>
      (await import('./decide.ts')).adopt(
        interlock,
        { ...asked.options, packet: first(asked) },
        screen,
      ),
  }).requiredOption('--as <person>', 'who decides');
  verb(program, host, {
    usage: 'decline <packet>',
    about: 'decline the packet that waits; the one in force stays',
    act: async (interlock, asked) =>
      (await import('./decide.ts')).decline(interlock, { ...asked.options, packet: first(asked) }),
  })
    .requiredOption('--as <person>', 'who decides')
    .requiredOption('--reason <text>', 'why');
  verb(program, host, {
    usage: 'ack <packet>',
    about: 'acknowledge the current packet',
    look: async (ledger, asked) =>
      (await import('./acknowledge.ts')).acknowledge(ledger, {
        ...asked.options,
        packet: first(asked),
      }),
  }).requiredOption('--as <person>', 'who has read it');
  verb(program, host, {
    usage: 'grant',
    about: 'grant an exception to one rule for one checkpoint',
    look: async (ledger, { options }) => (await import('./grant.ts')).grant(ledger, options),
  })
    .requiredOption('--as <person>', 'who grants it')
    .requiredOption('--checkpoint <id>', 'for which checkpoint')
    .requiredOption('--relaxes <code>', 'which rule')
    .option('--until <instant>', 'the whole execution must end by then');
}

function addChecks(program: Command, host: Host): void {
  verb(program, host, {
    usage: 'verify',
    about: 'read the whole ledger again and check its chain; names the first broken position',
    look: async (ledger, { options }) => (await import('./check.ts')).verify(ledger, options),
  });
  program
    .command('drill <path>')
    .description('run a drill file, or every drill of a folder, and score what was expected')
    .option('--json', 'answer as JSON')
    .action(async (path: string, options: Options) =>
      host.deliver(await (await import('./drill.ts')).drill(path), options.json === true),
    );
  program
    .command('schema')
    .description('print the JSON Schema of runbook files')
    .option('--json', 'answer as JSON (the same)')
    .action(async (options: Options) =>
      host.deliver((await import('./check.ts')).schema(), options.json === true),
    );
}

/** The whole command line, ready to parse. */
export function buildProgram(host: Host): Command {
  const program = new Command('interlock')
    .description('One authoritative checkpoint timeline, and one command packet to adopt.')
    .addHelpText('after', help)
    .exitOverride()
    .showHelpAfterError('(interlock --help lists the verbs)');
  addChanges(program, host);
  addViews(program, host);
  addDecisions(program, host);
  addChecks(program, host);
  addWalk(program, host);
  addIdentity(program, host);
  addMigrate(program, host);
  addFleet(program, { ...host.fleet, print: host.screen.print });
  return program;
}
