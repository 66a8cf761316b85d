import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LatencyHistogram } from '../../../src/misses/recording/latency-histogram.ts';
import {
  ALREADY_ANSWERED,
  ANSWERED,
  FIRST,
  NO_LEASE_FOUND,
  OWN_SUBNET,
  RECOVERED,
  REFRESH,
} from '../../../src/misses/recording/outcomes.ts';
import { metricsRoute } from '../../../src/status/metrics/metrics-route.ts';
import { QuestionFault } from '../../../src/status/question.ts';
import { at, hostOf } from '../../misses/fixture.ts';
import { sampleKernel, sampleSources } from '../sample-sources.ts';
import { earlyStats, sampleStats } from '../sample-stats.ts';

const ENOBUFS = 105;
const golden = join(process.cwd(), 'test/golden/metrics.txt');
const updating = Object.hasOwn(process.env, 'UPDATE_GOLDEN');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

type Sources = ReturnType<typeof sampleSources>;

const answered = { destination: at('10.5.7.2'), phase: FIRST, outcome: ANSWERED, milliseconds: 0.05 };

/** A few misses of each kind that a resolver answers. */
function busy(found?: Parameters<typeof sampleSources>[0]): Sources {
  const sample = sampleSources(found);
  const host = hostOf(7);
  sample.answer({ ...answered, host });
  sample.answer({ ...answered, host, outcome: ALREADY_ANSWERED, milliseconds: 0.2 });
  sample.answer({ ...answered, host: hostOf(8), phase: REFRESH, milliseconds: 1.5 });
  sample.answer({ ...answered, host: undefined, outcome: NO_LEASE_FOUND });
  sample.answer({ ...answered, host: undefined, outcome: OWN_SUBNET });
  sample.recording.noteHeld(at('10.5.7.9'), FIRST);
  sample.recording.noteRecovered(at('10.5.7.9'), FIRST, RECOVERED, host);
  sample.recording.noteFrame(Uint8Array.of(2, 0, 0, 0, 0, 7), at('10.99.0.7'));
  return sample;
}

async function textOf({ sources }: Pick<Sources, 'sources'>, route = metricsRoute(sources)): Promise<string> {
  const { body } = await route(new URLSearchParams());
  return String(body);
}

/** The value of a series as it is written: `name{label="value"}`. */
function valueIn(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('/metrics', () => {
  it('is what test/golden/metrics.txt holds (UPDATE_GOLDEN=1 writes it), in the format that it says', async () => {
    const sample = busy();
    const { type } = await metricsRoute(sample.sources)(new URLSearchParams());
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    const text = withoutProcess(await textOf(sample));
    if (updating) {
      writeFileSync(golden, text);
    }
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  it('leaves nothing for promtool to complain about', { skip: !hasPromtool && 'no promtool' }, async () => {
    for (const sample of [busy(), sampleSources({ stats: earlyStats })]) {
      const input = await textOf(sample);
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      assert.deepEqual([status, stdout, stderr], [0, '', '']);
    }
  });

  it('tells the process', async () => {
    const text = await textOf(sampleSources());
    assert.ok((valueIn(text, 'process_cpu_seconds_total') ?? 0) > 0.01);
    assert.ok((valueIn(text, 'process_resident_memory_bytes') ?? 0) > 10e6);
    assert.ok((valueIn(text, 'process_open_fds') ?? 0) > 2);
    assert.ok((valueIn(text, 'process_max_fds') ?? 0) >= (valueIn(text, 'process_open_fds') ?? 0));
    const start = Date.now() / 1000 - process.uptime();
    assert.ok(Math.abs((valueIn(text, 'process_start_time_seconds') ?? 0) - start) < 1);
  });

  it('leaves out what there is not, which is not the same as 0', async () => {
    const { neighbours } = sampleKernel;
    const kernel = { ...sampleKernel, neighbours: { ...neighbours, unresolvedDiscards: null } };
    const text = await textOf(sampleSources({ stats: earlyStats, kernel }));
    for (const name of [
      'l3missd_lease_expiry_timestamp_seconds',
      'l3missd_lease_info',
      'l3missd_device_info',
      'l3missd_kernel_unresolved_discards_total',
    ]) {
      assert.ok(text.includes(`# TYPE ${name} `), name);
      assert.doesNotMatch(text, new RegExp(`^${name}[ {]`, 'm'));
    }
    assert.equal(valueIn(text, 'l3missd_ready'), 0);
  });

  it('tells everything anew each time', async () => {
    const sample = sampleSources();
    let stats = sampleStats;
    const route = metricsRoute({ ...sample.sources, stats: () => stats });
    const series = 'l3missd_misses_total{kind="L3",phase="first",outcome="answered"}';
    assert.equal(valueIn(await textOf(sample, route), 'l3missd_ready'), 1);
    stats = earlyStats;
    assert.equal(valueIn(await textOf(sample, route), 'l3missd_ready'), 0);
    assert.equal(valueIn(await textOf(sample, route), series), 0);
    sample.answer({ ...answered, host: hostOf(7) });
    assert.equal(valueIn(await textOf(sample, route), series), 1);
    assert.equal(valueIn(await textOf(sample, route), series), 1);
  });

  it('never takes back what it told, although the kernel refuses an answer late', async () => {
    const sample = sampleSources();
    const route = metricsRoute(sample.sources);
    const series = (outcome: string) => `l3missd_misses_total{kind="L3",phase="first",outcome="${outcome}"}`;
    sample.answer({ ...answered, host: hostOf(7) });
    assert.equal(valueIn(await textOf(sample, route), series('answered')), 1);
    sample.recording.noteRefused(answered.destination, ENOBUFS);
    const refused = await textOf(sample, route);
    assert.equal(sample.sources.observer.outcomes.of('first', 'answered'), 0);
    assert.deepEqual(
      ['answered', 'refused'].map((outcome) => valueIn(refused, series(outcome))),
      [1, 1],
    );
    sample.answer({ ...answered, host: hostOf(7) });
    sample.answer({ ...answered, host: hostOf(7) });
    assert.equal(valueIn(await textOf(sample, route), series('answered')), 2);
  });

  it('tells sockets that serve the same as one', async () => {
    const [socket] = sampleKernel.sockets;
    assert.ok(socket);
    const text = await textOf(sampleSources({ kernel: { ...sampleKernel, sockets: [socket, socket] } }));
    assert.equal(valueIn(text, 'l3missd_kernel_socket_drops_total{socket="misses"}'), 2 * socket.drops);
  });

  it('takes no parameters', () => {
    const { sources } = sampleSources();
    assert.throws(() => metricsRoute(sources)(new URLSearchParams('name=x')), QuestionFault);
  });

  it('shows a label that holds a quote, a backslash and a line break as the format wants it', async () => {
    const stats = { ...sampleStats, version: 'a"b\\c\nd' };
    const text = await textOf(sampleSources({ stats }));
    assert.ok(text.includes('l3missd_build_info{version="a\\"b\\\\c\\nd",'), text.slice(-2000));
  });
});

describe('the histogram of latencies', () => {
  it('counts what lies below each bound, exactly, and everything below the last', async () => {
    const sample = sampleSources();
    const histogram = new LatencyHistogram(sample.memory.latencies);
    // One nanosecond below a bound, on it, above all of them, and beyond what is told apart.
    const milliseconds = [0.001023, 0.001024, 0.5, 2000, 10_000];
    for (const index of milliseconds.keys()) {
      histogram.note(Float64Array.from(milliseconds), index);
    }
    const text = await textOf(sample);
    const below = (bound: string) => valueIn(text, `l3missd_miss_latency_seconds_bucket{le="${bound}"}`);
    assert.deepEqual(
      ['0.000001024', '0.000002048', '0.000262144', '0.000524288', '1.073741824', '+Inf'].map(below),
      [1, 2, 2, 3, 3, 5],
    );
    assert.equal(valueIn(text, 'l3missd_miss_latency_seconds_count'), 5);
    const longest = 2 ** 31 - 1;
    const sum = (1023 + 1024 + 500_000 + 2_000_000_000 + longest) / 1e9;
    assert.ok(Math.abs((valueIn(text, 'l3missd_miss_latency_seconds_sum') ?? 0) - sum) < 1e-8);
  });
});

/** Without what differs from one process to the next. */
function withoutProcess(text: string): string {
  return text.replace(/^(process_\w+) .*$/gm, '$1 ...').replace(/node="[^"]*"/, 'node="..."');
}
