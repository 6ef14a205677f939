import { defineConfig } from 'vitest/config';
import ordinary from './vitest.config.ts';

/** Drills with the real llama.cpp behind the test endpoint (`npm run deep:llama`). */
export default defineConfig({
  test: { ...ordinary.test, include: ['tests/attacks/llama.deep.ts'], testTimeout: 3_600_000 },
});
