import type { CommandOptions } from './command.ts';
import { runCommand, tryCommand } from './command.ts';
import type { Gate } from './gate.ts';

/** A named network namespace of the lab. Nothing of the lab ever stands in the machine's own namespace. */
export class Namespace {
  readonly name: string;
  readonly gate: Gate;

  private constructor(name: string, gate: Gate) {
    this.name = name;
    this.gate = gate;
  }

  /**
   * Adds a namespace with loopback up and without IPv6, whose router solicitations and multicast reports would be
   * noise in captures and neighbour tables.
   *
   * @throws LabFault
   */
  static async add(name: string, gate: Gate): Promise<Namespace> {
    const namespace = new Namespace(name, gate);
    await gate.pass((signal) => runCommand('ip', ['netns', 'add', name], { signal }));
    await namespace.setKernelParameters({
      'net/ipv6/conf/all/disable_ipv6': '1',
      'net/ipv6/conf/default/disable_ipv6': '1',
    });
    await namespace.configure('link set lo up');
    return namespace;
  }

  /**
   * Runs a command inside and gives its standard output.
   *
   * @throws LabFault
   */
  run(command: string, ...args: string[]): Promise<string> {
    return this.gate.pass((signal) => runCommand('ip', this.#inside([command, ...args]), { signal }));
  }

  /** As `run`, but gives the exit status and both outputs. */
  attempt(command: string, args: readonly string[], options: CommandOptions = {}) {
    return this.gate.pass((signal) =>
      tryCommand('ip', this.#inside([command, ...args]), { ...options, signal }),
    );
  }

  /**
   * Runs lines of `ip` syntax, such as `link set lo up`, in one process. The first that fails ends it.
   *
   * @throws LabFault
   */
  async configure(...lines: string[]): Promise<void> {
    await this.gate.pass((signal) =>
      runCommand('ip', ['-n', this.name, '-batch', '-'], { signal, input: `${lines.join('\n')}\n` }),
    );
  }

  /**
   * Writes files under /proc/sys; those that this kernel does not have are left out.
   *
   * @throws LabFault
   */
  async setKernelParameters(values: Readonly<Record<string, string>>): Promise<void> {
    const script = 'while [ $# -gt 0 ]; do [ ! -e "$1" ] || printf %s "$2" >"$1" || exit 1; shift 2; done';
    const args = Object.entries(values).flatMap(([name, value]) => [`/proc/sys/${name}`, value]);
    await this.run('sh', '-c', script, 'sh', ...args);
  }

  #inside(command: readonly string[]): string[] {
    return ['netns', 'exec', this.name, ...command];
  }
}
