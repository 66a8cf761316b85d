import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { flannelOptions } from '../../src/cli/flannel-options.ts';
import { normaliseArguments } from '../../src/cli/normalise.ts';
import { options } from '../../src/cli/options.ts';
import { UsageFault } from '../../src/cli/usage-fault.ts';

const switchNames = Object.values(options).flatMap((option) =>
  option.value === undefined ? [option.name] : [],
);

/** Those that take a value whatever the command is: --json takes one with compare alone. */
const valueNames = [
  ...Object.values(options).flatMap((option) =>
    option.value === undefined || switchNames.includes(option.name) ? [] : [option.name],
  ),
  ...flannelOptions.filter((option) => option.kind === 'text').map((option) => option.name),
];

/** Anything that a shell can hand over, and what is most likely to be misread. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '-', '--', '-h', '--help', '-1', '--iface', '-iface=eth0', 'run', 'a=b', '=', 'x\ny'),
);
const given = fc.record({ name: fc.constantFrom(...valueNames), text });

describe('arguments in the forms of Go', () => {
  it('makes one form of all four, whatever the value', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(given, fc.nat(3))), (args) => {
        const typed = args.flatMap(([{ name, text }, form]) => spell(name, text, form));
        const expected = args.map(([{ name, text }]) => `--${name}=${text}`);
        assert.deepEqual(normaliseArguments(typed), expected);
      }),
    );
  });

  it('changes nothing in what it has made', () => {
    fc.assert(
      fc.property(fc.array(text), (args) => {
        const once = outcome(args);
        if (once !== undefined) {
          assert.deepEqual(normaliseArguments(once), once);
        }
      }),
    );
  });

  it('never throws anything but a usage fault of one line', () => {
    fc.assert(
      fc.property(fc.array(text), (args) => {
        try {
          normaliseArguments(args);
        } catch (error) {
          assert.ok(error instanceof UsageFault);
          assert.doesNotMatch(error.message, /[\r\n]/);
        }
      }),
    );
  });

  it('leaves what follows "--" alone', () => {
    fc.assert(
      fc.property(given, fc.array(text), ({ name, text }, rest) => {
        assert.deepEqual(normaliseArguments([`-${name}`, text, '--', ...rest]), [
          `--${name}=${text}`,
          '--',
          ...rest,
        ]);
      }),
    );
  });

  const cases: [args: string[], expected: string[]][] = [
    [['-h'], ['--help']],
    [['-help'], ['--help']],
    [
      ['stats', '-json'],
      ['stats', '--json'],
    ],
    [
      ['--json=true', 'stats'],
      ['--json', 'stats'],
    ],
    [['--json', '--json=false'], []],
    [
      ['compare', '-json', 'false', '-html=x'],
      ['compare', '--json=false', '--html=x'],
    ],
    [['-json=0', '-json'], ['--json']],
    [
      ['-version', 'true'],
      ['--version', 'true'],
    ],
    [
      ['-ip-masq', '-kube-subnet-mgr=F'],
      ['--ip-masq=true', '--kube-subnet-mgr=false'],
    ],
    [['-iface', '-eth0'], ['--iface=-eth0']],
    [['-iface', '--'], ['--iface=--']],
    [['-v', '-1'], ['--v=-1']],
    [['-iface='], ['--iface=']],
    [['-iface=a=b'], ['--iface=a=b']],
    [
      ['-unknown=secret', '-x'],
      ['--unknown', '--x'],
    ],
    [
      ['-', ''],
      ['-', ''],
    ],
  ];
  for (const [args, expected] of cases) {
    it(`reads ${JSON.stringify(args)}`, () => assert.deepEqual(normaliseArguments(args), expected));
  }

  const refused: [args: string[], message: RegExp][] = [
    [['---iface'], /^---iface: not an option/],
    [['-=x'], /^-=x: not an option/],
    [['--=x'], /^--=x: not an option/],
    [['-iface'], /^--iface: no value behind it/],
    [['-json=maybe'], /^--json: "maybe"; allowed: true or false$/],
    [['-ip-masq=yes'], /^--ip-masq: "yes"; allowed: true or false$/],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${JSON.stringify(args)}`, () =>
      assert.throws(
        () => normaliseArguments(args),
        (error) => error instanceof UsageFault && message.test(error.message),
      ));
  }
});

function spell(name: string, text: string, form: number): string[] {
  const dashes = form % 2 === 0 ? '-' : '--';
  return form < 2 ? [`${dashes}${name}=${text}`] : [`${dashes}${name}`, text];
}

function outcome(args: string[]): string[] | undefined {
  try {
    return normaliseArguments(args);
  } catch {
    return undefined;
  }
}
