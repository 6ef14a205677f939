/**
 * The commands that a README tells people to type, and a shell that types them: `interlock` and `npm run -s interlock --`
 * are the compiled program, everything else is what the machine has.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Every block of shell commands in a document, in order. */
export const commandsIn = (document: string): string[] =>
  [...readFileSync(document, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
    ([, block = '']) => block,
  );

type Settings = Readonly<Record<string, string>>;

/** The part of curl that the documents use, for machines without it. */
const plainCurl = `const words = process.argv.slice(1).filter((word) => word !== '-sS');
const asked = { url: '', headers: {}, body: undefined };
while (words.length > 0) {
  const word = words.shift();
  if (word === '-d') asked.body = words.shift();
  else if (word === '-H') { const [name, ...value] = words.shift().split(': '); asked.headers[name] = value.join(': '); }
  else asked.url = word;
}
fetch(asked.url, { method: 'POST', ...asked }).then((answer) => answer.text()).then(console.log);`;

/** What stands for the two ways to call the program, once it is built. */
const callsOf = (built: string): string =>
  `interlock() { "${process.execPath}" "${built}/service/main.js" "$@"; }
npm() { [ "$1 $2 $3 $4" = "run -s interlock --" ] || return 99; shift 4; interlock "$@"; }
command -v curl >/dev/null || curl() { "${process.execPath}" -e "$PLAIN_CURL" -- "$@"; }\n`;

/** Types them all; the first one that fails is the last. `built` is needed where the program is called. */
export const typed = (commands: string, settings: Settings, folder: string, built = '') =>
  spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', `${callsOf(built)}${commands}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, PLAIN_CURL: plainCurl, ...settings },
  });

/** Types one command that runs until it is stopped; its first line and how it ended after SIGTERM. */
export async function typedAndStopped(
  command: string,
  settings: Settings,
  { folder, built }: { readonly folder: string; readonly built: string },
): Promise<{ readonly line: string; readonly status: number | null; readonly said: string }> {
  // The shell's last word becomes the program itself, so that the signal reaches it.
  const program = `"${process.execPath}" "${built}/service/main.js"`;
  const line = command.replace(/(npm run -s interlock --|interlock) /, () => `exec ${program} `);
  const child: ChildProcess = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', line], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
  const ended = once(child, 'close').then(([code]) => Number(code));
  if (child.stdout === null) throw new Error('it has no output');
  const first = once(createInterface({ input: child.stdout }), 'line').then(([text]) =>
    String(text),
  );
  const shown = await Promise.race([first, ended.then(() => '')]);
  child.kill('SIGTERM');
  return { line: shown, status: await ended, said };
}
