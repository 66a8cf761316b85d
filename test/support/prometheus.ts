import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BackgroundProcess } from '../../src/lab/background-process.ts';
import { labEnvironment } from '../../src/lab/command.ts';
import type { Host } from '../../src/lab/host.ts';
import { waitUntil } from '../../src/lab/wait-until.ts';

const ADDRESS = '127.0.0.1:9090';

/** The smallest that Prometheus takes in practice: a rate needs two of them. */
const INTERVAL = '1s';

const vector = z.array(
  z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
);

const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.looseObject({ resultType: z.string().optional(), result: z.unknown().optional() }).optional(),
});

const rulesSchema = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            name: z.string(),
            health: z.string(),
            state: z.string(),
            lastError: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
});

export type Vector = z.infer<typeof vector>;
export type Rule = z.infer<typeof rulesSchema>['data']['groups'][number]['rules'][number];

/** What one query came to. */
export interface QueryResult {
  readonly query: string;
  readonly error: string | undefined;
  readonly vector: Vector;
}

export interface PrometheusPlan {
  /** Where it runs. */
  readonly host: Host;
  /** HOST:PORT of what it scrapes. */
  readonly targets: readonly string[];
  /** Files with rules. */
  readonly rules: readonly string[];
}

/** Why there is none here, or false when there is: for the `skip` option of a test. */
export function prometheusSkipReason(): string | false {
  const programs = ['prometheus', 'promtool'];
  const absent = programs.find(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`], { env: labEnvironment() }).status !== 0,
  );
  return absent === undefined ? false : `${absent} is not installed`;
}

/** A real Prometheus in a host's namespace, which ends with the lab. */
export class Prometheus {
  readonly #host: Host;
  readonly #process: BackgroundProcess;

  private constructor(host: Host, process: BackgroundProcess) {
    this.#host = host;
    this.#process = process;
  }

  /**
   * Starts it; resolves when it answers.
   *
   * @throws LabFault
   */
  static async start({ host, targets, rules }: PrometheusPlan): Promise<Prometheus> {
    const folder = join(host.folder, 'prometheus');
    mkdirSync(folder, { mode: 0o700 });
    const config = join(folder, 'prometheus.yml');
    // JSON is YAML.
    const content = {
      global: { scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
      rule_files: rules,
      scrape_configs: [{ job_name: 'l3missd', static_configs: [{ targets }] }],
    };
    writeFileSync(config, JSON.stringify(content));
    const process = await BackgroundProcess.start({
      namespace: host.namespace,
      outlive: false,
      folder,
      command: [
        'prometheus',
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${ADDRESS}`,
      ],
      logFile: join(folder, 'prometheus.log'),
    });
    const prometheus = new Prometheus(host, process);
    await waitUntil('prometheus', () => prometheus.#isReady(), { timeout: 20_000, interval: 100 });
    return prometheus;
  }

  /** What it last printed, for the message of a test that fails. */
  get lastLines(): string {
    return this.#process.lastLines();
  }

  /** Asks the queries at this moment. Those that are no query tell their error. */
  async ask(queries: readonly string[]): Promise<QueryResult[]> {
    const answers = await this.#get(
      queries.map((query) => `/api/v1/query?${new URLSearchParams({ query })}`),
    );
    return queries.map((query, index) => {
      const { error, data } = answerSchema.parse(JSON.parse(answers[index] ?? '{}'));
      return { query, error, vector: data?.resultType === 'vector' ? vector.parse(data.result) : [] };
    });
  }

  /** The single value that a query comes to; undefined when there is none. */
  async valueOf(query: string): Promise<number | undefined> {
    const [result] = await this.ask([query]);
    const [sample] = result?.vector ?? [];
    return sample === undefined ? undefined : Number(sample.value[1]);
  }

  async rules(): Promise<Rule[]> {
    const [answer = '{}'] = await this.#get(['/api/v1/rules']);
    return rulesSchema.parse(JSON.parse(answer)).data.groups.flatMap(({ rules }) => rules);
  }

  async #isReady(): Promise<boolean> {
    this.#process.assertRunning('prometheus');
    // Nobody listens at first.
    const script = `fetch('http://${ADDRESS}/-/ready').then(({ status }) => process.exit(status === 200 ? 0 : 1))`;
    return (await this.#host.namespace.attempt(process.execPath, ['-e', script])).status === 0;
  }

  /** Only a process inside the namespace reaches it: one for all questions. */
  async #get(paths: readonly string[]): Promise<string[]> {
    const script = `Promise.all(process.argv.slice(1).map(async (path) => (await fetch('http://${ADDRESS}' + path)).text()))
      .then((answers) => console.log(JSON.stringify(answers)))`;
    const answers = await this.#host.namespace.run(process.execPath, '-e', script, '--', ...paths);
    return z.array(z.string()).parse(JSON.parse(answers));
  }
}
