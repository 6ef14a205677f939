/**
 * How large the random tests are: the sizes written in the tests, or that many times as many in a deep run. The
 * factor is in a configuration of its own (`npx vitest run --config vitest.deep.config.ts tests/claims`).
 */
import { inject, vi } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    depth: number;
  }
}

/** `size` in an ordinary run; that times the depth asked for in a deep one. */
export const scaled = (size: number): number => {
  const depth = Number(inject('depth'));
  return Math.round(size * (Number.isFinite(depth) && depth > 0 ? depth : 1));
};

/** Whether this is a deep run: claims whose size is no multiple of the ordinary one ask. */
export const isDeep = (): boolean => scaled(1) > 1;

/** Gives the tests of a file the time that their size takes on a machine with much else to do. */
export const takeYourTime = (): void => {
  vi.setConfig({ testTimeout: 600_000 * Math.max(1, scaled(1)) });
};
