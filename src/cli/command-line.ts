import { Command, CommanderError, Option } from 'commander';
import { flannelOptions, refuseUnlessHarmless } from './flannel-options.ts';
import { describeCommand, describeOption, describeProgram } from './help.ts';
import { normaliseArguments } from './normalise.ts';
import { type CommandName, commandNames } from './option.ts';
import { optionsOf } from './options.ts';
import type { Given } from './settings.ts';
import { UsageFault } from './usage-fault.ts';

/** A command with its settings. */
export interface CommandRequest {
  readonly kind: 'command';
  readonly command: CommandName;
  readonly given: Given;
  /** What stands behind the command without a dash: the address of `lookup`. */
  readonly operands: readonly string[];
}

/** What a command line asks for: a command, or a text to show (help). */
export type Request = CommandRequest | { readonly kind: 'help'; readonly text: string };

/**
 * Reads the arguments behind the program's name.
 *
 * @throws UsageFault
 */
export function readCommandLine(args: readonly string[]): Request {
  const given = new Map<string, string[]>();
  let chosen: CommandName = 'run';
  let operands: readonly string[] = [];
  let help = '';
  const program = new Command('l3missd').exitOverride().configureOutput({
    writeOut: (text) => {
      help += text;
    },
    writeErr: () => undefined,
  });
  const normal = normaliseArguments(args);
  addCommands(program, given, (name, found, excess) => {
    refuseArguments(excess, normal[0] === name ? name : undefined);
    chosen = name;
    operands = found;
  });
  try {
    program.parse(normal, { from: 'user' });
  } catch (error) {
    if (help === '') {
      throw asUsageFault(error, normal);
    }
    return { kind: 'help', text: help };
  }
  return { kind: 'command', command: chosen, given, operands };
}

/** The subcommands take over how the program exits and where it writes, so that must be settled before. */
function addCommands(
  program: Command,
  given: Map<string, string[]>,
  choose: (name: CommandName, operands: readonly string[], excess: readonly string[]) => void,
): void {
  describeProgram(program);
  for (const name of commandNames) {
    const command = program.command(name, { isDefault: name === 'run' });
    describeCommand(command, name);
    addOptions(command, name, given);
    command
      .allowExcessArguments()
      .action(() => choose(name, command.args, command.args.slice(command.registeredArguments.length)));
  }
}

/** commander keeps no values here: each one is recorded as the text that it was, in the order of the command line. */
function addOptions(command: Command, name: CommandName, given: Map<string, string[]>): void {
  const record = (option: string) => (text: string) => {
    given.set(option, [...(given.get(option) ?? []), text]);
  };
  for (const option of optionsOf(name)) {
    const flags = option.value === undefined ? `--${option.name}` : `--${option.name} ${option.value}`;
    command.addOption(
      new Option(flags, describeOption(option)).preset('true').argParser(record(option.name)),
    );
  }
  for (const option of name === 'run' ? flannelOptions : []) {
    const check = (text: string) => refuseUnlessHarmless(option, text);
    command.addOption(new Option(`--${option.name} <text>`).hideHelp().argParser(check));
  }
}

/** @param command undefined when none was named, so that what stands there may have been meant to be one */
function refuseArguments([first]: readonly string[], command: CommandName | undefined): void {
  if (first === undefined) {
    return;
  }
  if (command === undefined) {
    const commands = `${commandNames.join(', ')} as the first argument`;
    throw new UsageFault(first, 'neither a command nor an option', commands);
  }
  const allowed = command === 'lookup' ? 'one address' : 'no argument';
  throw new UsageFault(first, `an argument too many for ${command}`, allowed);
}

/** commander refuses three things: an option that the command does not have, a missing address, and help about no command. */
function asUsageFault(error: unknown, args: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) {
    return error;
  }
  const command = commandNames.find((name) => name === args[0]) ?? 'run';
  if (error.code === 'commander.missingArgument') {
    return new UsageFault(command, 'no address behind it', `l3missd ${command} ADDRESS`);
  }
  const option = /'(--[^\s'=]+)/.exec(error.message)?.[1];
  if (option === undefined) {
    const named = args.slice(1).find((arg) => !arg.startsWith('-')) ?? 'help';
    return new UsageFault(named, 'no such command', commandNames.join(', '));
  }
  const similar = /\(Did you mean .*\)/.exec(error.message)?.[0] ?? '';
  return new UsageFault(option, `unknown option ${similar}`.trim(), `what "l3missd ${command} --help" lists`);
}
