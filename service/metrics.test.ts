import { describe, expect, it } from 'vitest';
import { openMetrics } from './metrics.ts';

describe('figures of notices', () => {
  it('count every attempt by what came of it, and the time of those that arrived', async () => {
    const { onNotice, registry } = openMetrics();
    const seen = { cutoverId: 'night', noticeId: 'notice-1', packetId: 'packet-1', version: 1 };
    const of = { ...seen, channel: 'slack', attempt: 1, sinceQueuedMs: 1_500 } as const;
    onNotice({ ...of, outcome: 'rate_limited' });
    onNotice({ ...of, outcome: 'sent' });
    onNotice({ ...of, outcome: 'found' });
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toContain('interlock_notice_attempts_total{channel="slack",outcome="sent"} 1');
    expect(lines).toContain(
      'interlock_notice_attempts_total{channel="slack",outcome="rate_limited"} 1',
    );
    expect(lines).toContain('interlock_adoption_to_notice_seconds_count{channel="slack"} 2');
    expect(lines).toContain('interlock_adoption_to_notice_seconds_sum{channel="slack"} 3');
  });

  it('take no word of a stranger for a method', async () => {
    const { onRequest, registry } = openMetrics();
    onRequest({ method: 'BREW', route: '/*', status: 404, ms: 2 });
    expect(await registry.metrics()).toContain(
      'interlock_http_request_duration_seconds_count{method="other",route="/*",status="404"} 1',
    );
  });
});
