import { flannelOptions, parseBoolean } from './flannel-options.ts';
import { type CommandName, commandNames } from './option.ts';
import { options, optionsOf } from './options.ts';
import { UsageFault } from './usage-fault.ts';

/** What may follow an option's name: `switch` nothing, `boolean` perhaps `=word`, `value` always a text. */
type Kind = 'switch' | 'boolean' | 'value';

/** A name may be that of two commands' options, only one of which takes a value: the command's own counts first. */
function kindsOf(command: CommandName): ReadonlyMap<string, Kind> {
  const kinds = new Map<string, Kind>(
    flannelOptions.map(({ name, kind }) => [name, kind === 'boolean' ? kind : 'value']),
  );
  for (const { name, value } of [...optionsOf(command), ...Object.values(options)]) {
    kinds.set(name, kinds.get(name) ?? (value ? 'value' : 'switch'));
  }
  return kinds.set('help', 'switch');
}

/**
 * Rewrites arguments from the forms that Go's flag package takes (`-iface X`, `-iface=X`, `--iface X`, `--iface=X`) to
 * the one form that nobody can misread: `--iface=X`. As in Go, an option that takes a value takes the next argument
 * whatever it looks like, and `--` ends the options. Unlike in Go, options may follow a command.
 *
 * An option that is not known stays, with two dashes and without its value, for commander to refuse.
 *
 * @throws UsageFault for what is no option by its form, for a value that is missing, and for a switch whose value is no
 *   boolean
 */
export function normaliseArguments(args: readonly string[]): string[] {
  const kinds = kindsOf(commandNames.find((name) => name === args[0]) ?? 'run');
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      return [...result, ...args.slice(i)];
    }
    if (!arg.startsWith('-') || arg === '-') {
      result.push(arg);
      continue;
    }
    const { name, text } = split(arg);
    const takesNext = kinds.get(name) === 'value' && text === undefined;
    append(result, { name, kind: kinds.get(name) }, takesNext ? args[++i] : text);
  }
  return result;
}

function split(arg: string): { name: string; text: string | undefined } {
  const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg);
  if (match?.[1] === undefined) {
    throw new UsageFault(arg, 'not an option', 'one or two dashes and a name');
  }
  return { name: match[1] === 'h' ? 'help' : match[1], text: match[2] };
}

function append(
  result: string[],
  { name, kind }: { readonly name: string; readonly kind: Kind | undefined },
  text: string | undefined,
): void {
  const option = `--${name}`;
  switch (kind) {
    case undefined:
      result.push(option);
      break;
    case 'value':
      if (text === undefined) {
        throw new UsageFault(option, 'no value behind it', `${option}=<value> or ${option} <value>`);
      }
      result.push(`${option}=${text}`);
      break;
    case 'boolean':
      result.push(`${option}=${truth(option, text)}`);
      break;
    case 'switch':
      setSwitch(result, option, truth(option, text));
  }
}

/** The last word counts, and a switch that is off is one that is not there. */
function setSwitch(result: string[], option: string, on: boolean): void {
  const before = result.indexOf(option);
  if (before !== -1) {
    result.splice(before, 1);
  }
  if (on) {
    result.push(option);
  }
}

function truth(option: string, text = 'true'): boolean {
  const on = parseBoolean(text);
  if (on === undefined) {
    throw new UsageFault(option, JSON.stringify(text), 'true or false');
  }
  return on;
}
