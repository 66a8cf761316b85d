import type { Command, Help } from 'commander';
import type { CommandName } from './option.ts';
import type { AnyOption } from './options.ts';

const WIDTH = 80;

const summaries: Record<CommandName, string> = {
  run: 'Run the daemon. It is also run when no command is given.',
  cleanup: "Remove the daemon's device, entries and files. Refused while it runs.",
  stats: 'Show what the running daemon counts.',
  misses: 'Show the latest misses, one line each.',
  top: 'Show rates, latency and who is asked for most, live.',
  lookup: 'Tell the whole story of one address.',
  leases: 'List the leases of other hosts.',
  doctor: 'Look for what makes overlays fail, and say what mends it.',
  compare: 'Measure the ways of programming against each other, on this machine.',
};

const programText =
  "Carries a flannel VXLAN overlay and programs the kernel's neighbour table when the kernel asks for it.";

const programFooter = `
"l3missd <command> --help" lists a command's options. Without a command they are
those of run: "l3missd --iface eth0" runs the daemon, "l3missd --version" prints
the version.`;

const footers: Record<CommandName, string> = {
  run: `
Options may have one dash or two, and "=" or a space before the value. The
command line wins over the environment.

flannel's other options are taken when they have flannel's default value and
refused otherwise; in the environment they only cause a warning. -v <number>
is taken and means nothing: see --log-level.`,
  cleanup: '',
  stats: '',
  misses: `
A line has the time in UTC, what the kernel asked for (first: an address without
an entry; refresh: one in use; L2: the place of a MAC), how it ended, the
address with the length of its lease's prefix, the host that has the lease, and
the time from the return of the read to the return of the write. A window of 120
columns shows the lease and the MAC too.`,
  top: `
Keys: q ends, p pauses, s sorts by misses or by their rate, / filters, Tab and
the arrows move, h helps. Where stdout is no terminal it prints once, as text.`,
  lookup: '',
  leases: '',
  doctor: `
Exits with 1 when something is bad, with 0 otherwise.`,
  compare: `
It works as root or not, in network namespaces with an etcd of their own, which
are removed at the end. Ctrl-C ends it early and shows what there is.`,
};

/** Texts and layout of the help: at most 80 columns, each explanation on its own lines below its term. */
export function describeProgram(program: Command): void {
  program.description(programText).addHelpText('after', programFooter);
  program.helpOption('-h, --help', 'Show this help.').helpCommand('help [command]', "Show a command's help.");
  program.configureOutput({ getOutHelpWidth: () => WIDTH, getErrHelpWidth: () => WIDTH });
  program.configureHelp({ formatItem });
}

export function describeCommand(command: Command, name: CommandName): void {
  command.description(summaries[name]).summary(summaries[name]).addHelpText('after', footers[name]);
  if (name === 'lookup') {
    command.argument('<address>', 'An IPv4 address, in the overlay or not.');
  }
}

/** The explanation, the default and the variable. */
export function describeOption(option: AnyOption): string {
  if (option.value === undefined) {
    return option.help;
  }
  const byDefault = 'defaultInWords' in option ? option.defaultInWords : undefined;
  return `${option.help}\nDefault: ${byDefault ?? option.default}\nEnvironment: ${option.environment}`;
}

function formatItem(term: string, _termWidth: number, description: string, helper: Help): string {
  const lines = helper.boxWrap(description, WIDTH - 6).split('\n');
  return [`  ${term}`, ...lines.map((line) => `      ${line}`)].join('\n');
}
