/**
 * Markdown with text of others in it: a value becomes one line that shows as it
 * is, whatever it holds. Addresses may become links to where they say.
 *
 * @public
 */
export function markdown(
  markup: TemplateStringsArray,
  ...values: unknown[]
): string {
  const texts = values.map(value =>
    String(value)
      .replace(/\s+/g, ' ')
      .replace(/[\\`*_~[\]<&|]/g, '\\$&')
      // What begins a heading, a quote, a list or an underline at a line's start.
      .replace(/^ ?(?:([-#>+=])|(\d+)(?=[.)](?: |$)))/, '$2\\$1'),
  );
  return String.raw({ raw: markup }, ...texts);
}

/**
 * A row of a Markdown table, of the cells' text.
 *
 * @public
 */
export function markdownRow(cells: string[]): string {
  return `| ${cells.map(cell => markdown`${cell}`).join(' | ')} |`;
}

/**
 * Text letter by letter, in a fence that it can't close.
 *
 * @public
 */
export function markdownFence(text: string, language: string = ''): string[] {
  const runs = text.match(/`+/g) ?? [];
  const ticks = '`'.repeat(Math.max(3, ...runs.map(run => run.length + 1)));
  return [`${ticks}${language}`, text, ticks];
}
