/** The program behind `npm run evals`: command.ts on this process. */
import { evals } from './command.ts';

process.exitCode = await evals(process.argv.slice(2), {
  say: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
});
