/**
 * Takes from a drawing of ECharts what serves its own scripts (marks on elements, rules for the pointer), what is not seen
 * (grounds of legends, clipping of lines that lie within their frame) and its black default. Style attributes become
 * attributes, which a page that forbids inline styles takes as well. Text in the drawing is escaped, so none of it looks
 * like an attribute.
 */
export function tidySvg(svg: string): string {
  return svg
    .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replace(/<defs\s*>[\s\S]*?<\/defs>/g, '')
    .replace(/<path [^>]*fill-opacity="0"[^>]*><\/path>/g, '')
    .replace(/ fill="#000"/g, ' fill="none"')
    .replace(/\s(?:ecmeta_\w+|class|pointer-events|clip-path|baseProfile|version|xmlns:xlink)="[^"]*"/g, '')
    .replace(/\sstyle="([^"]*)"/g, (_, style: string) => attributesOf(style))
    .replace(/\n+/g, '\n');
}

function attributesOf(style: string): string {
  return style
    .split(';')
    .map((rule) => rule.split(':'))
    .flatMap(([name = '', value = '']) =>
      value === 'inherit' || name === '' ? [] : [` ${name.trim()}="${value.trim()}"`],
    )
    .join('');
}
