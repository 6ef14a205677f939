import { Command, isInterrupted, MemorySaver } from '@langchain/langgraph';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeNames } from './deps.ts';
import { graphVersion } from './graph.ts';
import { graph } from './studio.ts';
import { studioPlan } from './studioNight.ts';

const { cutoverId } = studioPlan;

describe('the graph for Studio', () => {
  it('is the one that langgraph.json names, without a checkpointer of its own', () => {
    const named = JSON.parse(
      readFileSync(new URL('../langgraph.json', import.meta.url), 'utf8'),
    ) as { graphs: Record<string, string> };
    expect(named.graphs).toEqual({ interlock: './graph/studio.ts:graph' });
    expect(graph.checkpointer).toBeUndefined();
  });

  it('draws itself: every node, the gate behind every agent, the approval before the end', async () => {
    const drawing = (await graph.getGraphAsync()).drawMermaid();
    for (const name of nodeNames) expect(drawing).toContain(`${name}(${name})`);
    for (const agent of ['readiness', 'resequencing', 'holds', 'packet']) {
      expect(drawing).toContain(`supervisor -.-> ${agent};`);
      expect(drawing).toContain(`${agent} --> gate;`);
    }
    expect(drawing).toContain('approval --> settle;');
    expect(drawing).not.toContain('approval -.->');
  });

  it('runs to the approval on the input its file names, and adopts nothing when it is answered', async () => {
    const served = graph;
    served.checkpointer = new MemorySaver();
    const config = { configurable: { thread_id: 'studio' } };
    const stopped = await served.invoke({ cutoverId, runId: 'run-2', graphVersion }, config);
    expect(isInterrupted(stopped)).toBe(true);
    const { tasks } = await served.getState(config);
    expect(tasks[0]?.interrupts[0]?.value).toMatchObject({ packetVersion: 2 });
    await expect(served.invoke(new Command({ resume: 'approve' }), config)).rejects.toThrow();
    const again = await served.invoke(new Command({ resume: { decisionVersion: 1 } }), config);
    expect(isInterrupted(again)).toBe(true);
  });
});
