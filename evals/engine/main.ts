/**
 * `npm run evals`: plays the suites of evals/, prints the scores, and says what fell under its floor. Exit codes are
 * those of the command line: 2 wrong options, 3 a file with problems, 5 an expectation not met or a fallen score.
 */
import { parseArgs } from 'node:util';
import { readModel } from '../../service/config.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { fallsIn, readFloors } from './floors.ts';
import { type Generated, generatedSuite } from './generated.ts';
import { deterministic, type Minds, onModel } from './minds.ts';
import { playSuite, type PlayedSuite } from './play.ts';
import { type FoundSuites, loadSuites, suiteNames } from './suites.ts';
import { resultJson, scoreTable, timesText, troubleText } from './table.ts';

const help = `Usage: npm run evals -- [SUITE...] [options]

Without names every suite in evals/ is played.
  --model NAME      the four minds on a live endpoint (OPENAI_BASE_URL, OPENAI_API_KEY)
  --generated N     N generated nights with known truth instead
  --seed S          which ones (1)
  --keep FOLDER     write the generated files there and leave them
  --json            the whole result as JSON, the same bytes for the same suites and minds
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

type Options = {
  readonly names: readonly string[];
  readonly model: string | undefined;
  readonly json: boolean;
  readonly generated: Generated | null;
};

function whole(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new TypeError(`--${name} is a whole number, not "${text}"`);
  return Number(text);
}

/** The options, or null after saying what is wrong with them. */
function options(): Options | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        model: { type: 'string' },
        generated: { type: 'string' },
        seed: { type: 'string' },
        keep: { type: 'string' },
      },
    });
    if (values.help === true) {
      say(help);
      return null;
    }
    const { generated: count, seed = '1', keep = null, model } = values;
    const generated =
      count === undefined
        ? null
        : { count: whole('generated', count), seed: whole('seed', seed), keep };
    return { names: positionals, model, json: values.json === true, generated };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exitCode = 2;
    return null;
  }
}

/** What was found, or null after saying what is wrong with it. */
function sound(found: FoundSuites): FoundSuites | null {
  if (found.problems.length === 0) return found;
  for (const { file, line, path, message, fix } of found.problems) {
    complain(`${file}:${line ?? '-'} ${path}: ${message}; ${fix}`);
  }
  process.exitCode = 3;
  return null;
}

async function find(asked: readonly string[]): Promise<FoundSuites | null> {
  const folder = packageFile('evals');
  const known = await suiteNames(folder);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    complain(`no suite ${unknown.join(', ')}; there are ${known.join(', ')}`);
    process.exitCode = 2;
    return null;
  }
  return sound(await loadSuites(folder, asked.length > 0 ? asked : known));
}

function mindsOf(model: string | undefined): Minds | null {
  if (model === undefined) return deterministic;
  const config = readModel(model);
  return config === null ? null : onModel(config);
}

async function play({ names, model, json, generated }: Options): Promise<void> {
  const found = generated === null ? await find(names) : sound(await generatedSuite(generated));
  const minds = mindsOf(model);
  if (found === null || minds === null) return;
  const played: PlayedSuite[] = [];
  for (const suite of found.suites) {
    complain(`playing ${suite.name}: ${suite.drills.length} drills`);
    played.push(await playSuite(suite, minds));
  }
  const falls = fallsIn(played, await readFloors());
  if (json) say(JSON.stringify(resultJson(minds.name, played, falls), null, 2));
  else say([scoreTable(played), '', ...troubleText(played, falls)].join('\n'));
  complain(timesText(played));
  const missed = played.some((suite) => suite.drills.some((drill) => drill.missed.length > 0));
  if (missed || falls.length > 0) process.exitCode = 5;
}

const asked = options();
if (asked !== null) await play(asked);
