import {
  markdown,
  markdownFence,
  markdownRow,
} from '@threewalls/backstage-plugin-tenants-common';
import { Block } from './blocks';

/** A document as Markdown. */
export function markdownOf(title: string, blocks: Block[]): string {
  const lines = [markdown`# ${title}`, '', ...blocks.flatMap(linesOf)];
  return `${lines.join('\n').trimEnd()}\n`;
}

function linesOf(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [`${'#'.repeat(block.level)} ${markdown`${block.text}`}`, ''];
    case 'list':
      return [...block.items.map(item => markdown`- ${item}`), ''];
    case 'table':
      return [
        markdownRow(block.head),
        `|${' --- |'.repeat(block.head.length)}`,
        ...block.rows.map(markdownRow),
        '',
      ];
    case 'verbatim':
      return block.text ? [...markdownFence(block.text), ''] : [];
    default:
      return [markdown`${block.text}`, ''];
  }
}
