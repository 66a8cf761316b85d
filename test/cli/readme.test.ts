import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandNames } from '../../src/cli/option.ts';
import { optionsOf } from '../../src/cli/options.ts';

const readme = join(process.cwd(), 'README.md');

describe('the README', () => {
  it('has the table of options as the code has it', (t) => {
    if (!existsSync(readme)) {
      t.skip('there is no README.md');
      return;
    }
    const text = readFileSync(readme, 'utf8');
    const missing = optionsTable().filter((row) => !text.includes(row));
    assert.deepEqual(missing, [], 'lines that the README lacks');
    assert.ok(text.includes(optionsTable().join('\n')), 'in one table');
  });
});

/** The lines of the table in Markdown. */
function optionsTable(): string[] {
  const every = [...new Set(commandNames.flatMap(optionsOf))];
  const rows = every.map((option) => {
    const value = option.value === undefined ? '' : ` ${option.value}`;
    const cells = [
      `\`--${option.name}${value}\``,
      'environment' in option ? `\`${option.environment}\`` : '',
      'defaultInWords' in option
        ? option.defaultInWords
        : 'default' in option
          ? `\`${option.default}\``
          : 'off',
      option.commands.join(', '),
      option.help,
    ];
    return `| ${cells.map((cell) => `${cell}`.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| Option | Environment | Default | Commands | Meaning |', '|---|---|---|---|---|', ...rows];
}
