import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { labEnvironment } from '../../src/lab/command.ts';

/** Why no program can be run on a pseudo-terminal, or false when it can: for the `skip` option of a test. */
export function terminalSkipReason(): string | false {
  return spawnSync('sh', ['-c', 'command -v script && command -v stty']).status === 0
    ? false
    : 'script (util-linux) is not installed';
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
}

const FRAME = /\p{Cc}\[\?2026h\p{Cc}\[H([\s\S]*?)\p{Cc}\[\?2026l/gu;
const ATTRIBUTES = /\p{Cc}\[[\d;]*m/gu;

/** A command on a terminal of its own, which script(1) of util-linux makes; with the settings of the terminal before and after. */
export class PseudoTerminal {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #written = '';

  /** @param command for a shell, in whose environment the terminal is xterm-256color, in UTF-8 */
  constructor(command: string, { columns, rows }: TerminalOptions) {
    // `-e` gives the command's exit status as its own; what is printed before and after does not belong to the command.
    const script = `stty cols ${columns} rows ${rows}; echo "before $(stty -g)"; ${command}; echo "code $?"; echo "after $(stty -g)"`;
    this.#child = spawn('script', ['-qefc', script, '/dev/null'], {
      env: { ...labEnvironment(), SHELL: '/bin/bash', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#written += text;
    });
    this.ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** Everything that was written to the terminal. */
  get written(): string {
    return this.#written;
  }

  /** The lines of the last whole picture; none before the first. */
  get picture(): string[] {
    const last = [...this.#written.matchAll(FRAME)].at(-1)?.[1] ?? '';
    return last === '' ? [] : last.replaceAll(ATTRIBUTES, '').split(/\r+\n/);
  }

  /** How the command ended, and whether the terminal is as it was: its settings, the screen, the cursor. */
  get ending(): { code: number; isRestored: boolean } {
    const [, before] = /before ([\w:]+)/.exec(this.#written) ?? [];
    const [, code] = /code (\d+)/.exec(this.#written) ?? [];
    const [, after] = /after ([\w:]+)/.exec(this.#written) ?? [];
    const last = (on: string, off: string) => this.#written.lastIndexOf(on) > this.#written.lastIndexOf(off);
    const isRestored =
      before !== undefined &&
      before === after &&
      last('\u001b[?1049l', '\u001b[?1049h') &&
      last('\u001b[?25h', '\u001b[?25l') &&
      last('\u001b[?7h', '\u001b[?7l');
    return { code: Number(code), isRestored };
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Ends script(1), and its command with it. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
