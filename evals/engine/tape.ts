/**
 * Suites on a cassette: the minds of a model, recorded once into a folder and played again without any endpoint. Each of
 * the four minds has a cassette of its own on the folder, so that what is missing is known by mind. What a model may cost
 * is kept beside the answers, because it decides what is asked.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Agents } from '../../agents/agent.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { ModelCaps } from '../../ledger/modelCost.ts';
import { AgentName } from '../../ledger/vocabulary.ts';
import { type Cassette, recording, replaying } from '../../service/cassette.ts';
import { makeFolder } from '../../service/makeFolder.ts';
import type { mindsOnPort } from '../../service/modelMinds.ts';
import type { ModelConfig } from '../../service/modelSettings.ts';
import { deterministic, type Minds } from './minds.ts';

const Price = z.strictObject({ input: z.number().min(0), output: z.number().min(0) });
const Label = z.strictObject({
  format: z.literal('interlock-cassette/1'),
  model: z.string().min(1),
  price: Price,
  caps: ModelCaps,
});
type Label = z.infer<typeof Label>;

/** A folder that cannot be played or recorded into, and what to do. */
export class TapeProblem extends Error {
  override readonly name = 'TapeProblem';
}

const labelPath = (folder: string): string => join(folder, 'cassette.json');

/** What the folder was recorded with; null when nothing was. Throws TapeProblem when its label is none. */
async function labelOf(folder: string): Promise<Label | null> {
  const text = await readFile(labelPath(folder), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return Label.parse(JSON.parse(text));
  } catch {
    throw new TapeProblem(
      `${labelPath(folder)} is no label of a cassette; record into a new folder`,
    );
  }
}

/** Loaded when a model is asked for: its client takes a second to load. */
const loadMinds = async (): Promise<typeof mindsOnPort> =>
  (await import('../../service/modelMinds.ts')).mindsOnPort;

/** The minds of a model on these cassettes, one for each mind, within what the model may cost. */
function mindsOn(
  { model, price, caps }: Label,
  cassetteOf: (agent: AgentName) => Cassette,
  onPort: typeof mindsOnPort,
): Minds {
  let lacking: AgentName[] = [];
  return {
    name: model,
    open: async (clock) => {
      const cassettes = AgentName.options.map((agent) => [agent, cassetteOf(agent)] as const);
      const agents = cassettes.reduce<Partial<Agents>>((made, [agent, { port, clock: time }]) => {
        const four = onPort({ port, clock: time, price });
        return { ...made, [agent]: four[agent] };
      }, {});
      const interlock = await deterministic.open(clock);
      const { graph } = interlock;
      return {
        ...interlock,
        graph: { ...graph, agents: { ...graph.agents, ...agents }, caps },
        close: async () => {
          lacking = cassettes.flatMap(([agent, { missing }]) =>
            missing.length > 0 ? [agent] : [],
          );
          await interlock.close();
        },
      };
    },
    lacking: () => lacking,
  };
}

/**
 * The minds on a live endpoint, with every exchange kept in the folder; what it holds already is played, but for troubles of
 * the endpoint. The circuit to the endpoint stays closed, so that no question goes unasked. Throws TapeProblem when the
 * folder was recorded otherwise.
 */
export async function recordingMinds(folder: string, config: ModelConfig): Promise<Minds> {
  const { model, price, caps, baseUrl, apiKey } = config;
  const label: Label = { format: 'interlock-cassette/1', model, price, caps };
  const known = await labelOf(folder);
  if (known !== null && canonicalJson(known) !== canonicalJson(label)) {
    throw new TapeProblem(
      `${folder} was recorded with ${known.model} at another price, with other caps or by another name; record into a new folder`,
    );
  }
  await makeFolder(folder);
  await writeFile(labelPath(folder), `${JSON.stringify(label, null, 2)}\n`);
  const { modelPort } = await import('../../agents/model.ts');
  const breaker = { failures: Number.MAX_SAFE_INTEGER, halfOpenAfterMs: 1 };
  const live = modelPort({ model, baseUrl, apiKey, breaker });
  const asked = new Set<string>();
  return mindsOn(label, () => recording(folder, live, asked), await loadMinds());
}

/** The minds as they were recorded, asking nobody. Throws TapeProblem when the folder holds no recording. */
export async function replayingMinds(folder: string): Promise<Minds> {
  const label = await labelOf(folder);
  if (label === null) {
    throw new TapeProblem(
      `${folder} holds no recording; make one with --model NAME --record ${folder}`,
    );
  }
  return mindsOn(label, () => replaying(folder, label.model), await loadMinds());
}
