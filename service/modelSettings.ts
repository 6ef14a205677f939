/**
 * The settings of the model minds: which endpoint, which model, what it may cost. Naming a model is what switches them on;
 * an address or a key alone asks nobody anything.
 */
import { z } from 'zod';
import type { Price } from '../agents/modelAgent.ts';
import { Cap, type ModelCaps, standardCaps } from '../ledger/modelCost.ts';

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});
const CapChange = Cap.partial().optional();
const CapsChange = z.strictObject({ change: CapChange, cutover: CapChange, day: CapChange });

/** The variables, for the one schema of the environment. */
export const modelVariables = {
  /** Naming a model switches the model minds on; without it nothing is ever asked. */
  INTERLOCK_MODEL: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  /** JSON that changes parts of the standard caps: `{"day":{"calls":200}}`. */
  INTERLOCK_MODEL_CAPS: Json.pipe(CapsChange).optional(),
  /** Price of a million tokens in and out, in your currency: `0.15,0.60`. */
  INTERLOCK_MODEL_PRICE: z
    .string()
    .regex(/^\d+(\.\d+)?,\d+(\.\d+)?$/, 'write the price of a million tokens in and out: 0.15,0.60')
    .optional(),
};
const Variables = z.object(modelVariables);

export type ModelConfig = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly caps: ModelCaps;
  readonly price: Price;
};

/** The caps with what the settings change; a part set to undefined keeps its standard. */
const capsOf = (change: z.infer<typeof CapsChange> | undefined): ModelCaps => ({
  change: Cap.parse({ ...standardCaps.change, ...change?.change }),
  cutover: Cap.parse({ ...standardCaps.cutover, ...change?.cutover }),
  day: Cap.parse({ ...standardCaps.day, ...change?.day }),
});

/** Millionths for a thousand tokens: a price of 0.15 for a million is 150 of them. */
function priceOf(text: string | undefined): Price {
  const [input = 0, output = 0] = (text ?? '0,0').split(',').map((part) => Number(part) * 1_000);
  return { input, output };
}

/** The model that the settings name; null: none is asked. */
export function modelSettings(environment: z.infer<typeof Variables>): ModelConfig | null {
  const { INTERLOCK_MODEL: model, OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey } = environment;
  if (model === undefined) return null;
  return {
    model,
    baseUrl: baseUrl ?? 'https://api.openai.com/v1',
    // Local endpoints take any key, but the client insists on one.
    apiKey: apiKey ?? 'none',
    caps: capsOf(environment.INTERLOCK_MODEL_CAPS),
    price: priceOf(environment.INTERLOCK_MODEL_PRICE),
  };
}
