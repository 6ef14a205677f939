/**
 * `npm run evals`: plays the suites of evals/, tells the scores, and says what fell under its floor. Exit codes are
 * those of the command line: 2 wrong options, 3 a file with problems or a recording that lacks
 * something, 5 an expectation not met or a fallen score.
 */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { ConfigError, readModel } from '../../service/config.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { pageOf } from '../report/page.ts';
import { fallsIn, type Floors, FloorsProblem, readFloors } from './floors.ts';
import { generatedSuite } from './generated.ts';
import { deterministic, type Minds, onModel } from './minds.ts';
import { help, type Options, optionsIn } from './options.ts';
import { missedIn, NotRecorded, playSuite, type PlayedSuite } from './play.ts';
import { type FoundSuites, loadSuites, type Suite, suiteNames } from './suites.ts';
import { answersText, resultJson, scoreTable, timesText, troubleText } from './table.ts';
import { recordingMinds, replayingMinds, TapeProblem } from './tape.ts';

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

/** Words that name a place which cannot be read or written: told before anything is played. */
async function reached<T>(word: string, place: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Stop(2, `--${word} ${place}: ${error.message}`);
  }
}

const isThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** Throws the file system's own error where the file could not be written. Leaves what was there, also when it was nothing. */
async function canBeWritten(file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx' });
  } catch (error) {
    if (!isThere(error)) throw error;
    await appendFile(file, '');
    return;
  }
  await rm(file);
}

async function find({ names, generated }: Options): Promise<FoundSuites> {
  if (generated !== null) {
    const { keep } = generated;
    return sound(await reached('keep', keep ?? '', generatedSuite(generated)));
  }
  const folder = packageFile('evals');
  const known = await suiteNames(folder);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Stop(2, `no suite ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  return sound(await loadSuites(folder, names.length > 0 ? names : known));
}

async function soundFloors(): Promise<Floors> {
  try {
    return await readFloors();
  } catch (error) {
    throw error instanceof FloorsProblem ? new Stop(3, error.message) : error;
  }
}

async function mindsOf({ model }: Options, environment?: NodeJS.ProcessEnv): Promise<Minds> {
  if (model === null) return deterministic;
  try {
    if ('replay' in model) {
      return await reached('replay', model.replay, replayingMinds(model.replay));
    }
    const config = readModel(model.live, environment);
    const { record } = model;
    if (record === null) return onModel(config);
    return await reached('record', record, recordingMinds(record, config));
  } catch (error) {
    if (error instanceof TapeProblem) throw new Stop(3, error.message);
    if (error instanceof ConfigError) throw new Stop(2, error.message);
    throw error;
  }
}

async function playAll(
  suites: readonly Suite[],
  minds: Minds,
  complain: Surroundings['complain'],
): Promise<PlayedSuite[]> {
  const played: PlayedSuite[] = [];
  try {
    for (const suite of suites) {
      complain(`playing ${suite.name}, drills: ${suite.drills.length}`);
      played.push(await playSuite(suite, minds));
    }
  } catch (error) {
    throw error instanceof NotRecorded ? new Stop(3, error.message) : error;
  }
  return played;
}

async function play(options: Options, { environment, say, complain }: Surroundings) {
  if (options.html !== null) await reached('html', options.html, canBeWritten(options.html));
  const { suites } = await find(options);
  const floors = await soundFloors();
  const minds = await mindsOf(options, environment);
  const played = await playAll(suites, minds, complain);
  const falls = fallsIn(played, floors);
  if (options.json) say(JSON.stringify(resultJson(minds.name, played, falls), null, 2));
  else say([scoreTable(played), '', ...troubleText(played, falls)].join('\n'));
  const answers = answersText(played);
  if (answers !== null) complain(answers);
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
