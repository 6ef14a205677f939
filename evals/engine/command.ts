/**
 * `npm run evals`: plays the suites of evals/, tells the scores, and says what fell under its floor. Exit codes are
 * those of the command line: 2 wrong options, 3 a file with problems, 5 an expectation not met or a fallen score.
 */
import { writeFile } from 'node:fs/promises';
import { readModel } from '../../service/config.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { pageOf } from '../report/page.ts';
import { fallsIn, readFloors } from './floors.ts';
import { generatedSuite } from './generated.ts';
import { deterministic, type Minds, onModel } from './minds.ts';
import { help, type Options, optionsIn } from './options.ts';
import { missedIn, playSuite, type PlayedSuite } from './play.ts';
import { type FoundSuites, loadSuites, suiteNames } from './suites.ts';
import { resultJson, scoreTable, timesText, troubleText } from './table.ts';

/** Where the command is: its environment (the process's own when left out), and where its words go. */
export type Surroundings = {
  readonly environment?: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
};

/** The command cannot go on: why, and the exit code that says so. */
class Stop extends Error {
  override readonly name = 'Stop';
  readonly code: 2 | 3;
  constructor(code: 2 | 3, message: string) {
    super(message);
    this.code = code;
  }
}

function sound(found: FoundSuites): FoundSuites {
  if (found.problems.length === 0) return found;
  const told = found.problems.map(
    ({ file, line, path, message, fix }) => `${file}:${line ?? '-'} ${path}: ${message}; ${fix}`,
  );
  throw new Stop(3, told.join('\n'));
}

async function find({ names, generated }: Options): Promise<FoundSuites> {
  if (generated !== null) return sound(await generatedSuite(generated));
  const folder = packageFile('evals');
  const known = await suiteNames(folder);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Stop(2, `no suite ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  return sound(await loadSuites(folder, names.length > 0 ? names : known));
}

function mindsOf({ model }: Options, environment?: NodeJS.ProcessEnv): Minds {
  const config = model === null ? null : readModel(model, environment);
  return config === null ? deterministic : onModel(config);
}

async function play(options: Options, { environment, say, complain }: Surroundings) {
  const { suites } = await find(options);
  const minds = mindsOf(options, environment);
  const played: PlayedSuite[] = [];
  for (const suite of suites) {
    complain(`playing ${suite.name}: ${suite.drills.length} drills`);
    played.push(await playSuite(suite, minds));
  }
  const floors = await readFloors();
  const falls = fallsIn(played, floors);
  if (options.json) say(JSON.stringify(resultJson(minds.name, played, falls), null, 2));
  else say([scoreTable(played), '', ...troubleText(played, falls)].join('\n'));
  complain(timesText(played));
  if (options.html !== null) {
    await writeFile(options.html, await pageOf({ minds: minds.name, played, floors, falls }));
    complain(`the page is in ${options.html}`);
  }
  const missed = played.some((suite) => suite.drills.some((drill) => missedIn(drill).length > 0));
  return missed || falls.length > 0 ? 5 : 0;
}

function read(words: readonly string[]): Options {
  try {
    return optionsIn(words);
  } catch (error) {
    throw new Stop(2, `${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}

/** Does what the words ask for, and answers the exit code. */
export async function evals(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<0 | 2 | 3 | 5> {
  try {
    const options = read(words);
    if (!options.help) return await play(options, surroundings);
    surroundings.say(help);
    return 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    surroundings.complain(error.message);
    return error.code;
  }
}
