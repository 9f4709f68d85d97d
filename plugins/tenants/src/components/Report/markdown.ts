import { Block } from './blocks';

/** A document as Markdown. */
export function markdownOf(title: string, blocks: Block[]): string {
  const lines = [`# ${title}`, '', ...blocks.flatMap(linesOf)];
  return `${lines.join('\n').trimEnd()}\n`;
}

function linesOf(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [`${'#'.repeat(block.level)} ${inline(block.text)}`, ''];
    case 'list':
      return [...block.items.map(item => `- ${inline(item)}`), ''];
    case 'table':
      return [
        row(block.head),
        row(block.head.map(() => '---')),
        ...block.rows.map(row),
        '',
      ];
    case 'verbatim':
      return fence(block.text);
    default:
      return [inline(block.text), ''];
  }
}

function row(cells: string[]): string {
  const escaped = cells.map(cell => inline(cell).replace(/\|/g, '\\|'));
  return `| ${escaped.join(' | ')} |`;
}

function inline(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/** Text of others, in a fence that it can't close. */
function fence(text: string): string[] {
  if (!text) {
    return [];
  }
  const runs = text.match(/`+/g) ?? [];
  const ticks = '`'.repeat(Math.max(3, ...runs.map(run => run.length + 1)));
  return [ticks, text, ticks, ''];
}
