import { markdown, markdownFence, markdownRow } from './markdown';

describe('markdown', () => {
  it.each<[what: string, text: string, shown: string]>([
    ['a cell', 'a | b', 'a \\| b'],
    ['lines', 'a\r\n\n  # b\rc\u2028d', 'a # b c d'],
    ['code', '`a` ```', '\\`a\\` \\`\\`\\`'],
    ['a link', '[x](javascript:y)', '\\[x\\](javascript:y)'],
    ['an image', '![x](y)', '!\\[x\\](y)'],
    ['a reference', '[x]: y', '\\[x\\]: y'],
    ['HTML', '<img src=x onerror=y>', '\\<img src=x onerror=y>'],
    ['an address', '<javascript:x>', '\\<javascript:x>'],
    ['an entity', '&lt;b&#62;', '\\&lt;b\\&#62;'],
    ['emphasis', '**a** _b_ ~~c~~', '\\*\\*a\\*\\* \\_b\\_ \\~\\~c\\~\\~'],
    ['what is escaped', '\\<b>', '\\\\\\<b>'],
    ['a heading', '# a', '\\# a'],
    ['a heading, further on', '\n   # a', '\\# a'],
    ['a quote', '> a', '\\> a'],
    ['a list', '- a', '\\- a'],
    ['another list', '+ a', '\\+ a'],
    ['a numbered list', '1. a', '1\\. a'],
    ['another numbered list', '12) a', '12\\) a'],
    ['a break', '---', '\\---'],
    ['an underline', '===', '\\==='],
    ['no version', '1.21.4', '1.21.4'],
    ['no name', 'net.canary-egress #1', 'net.canary-egress #1'],
    ['no time', '2026-11-24 08:00', '2026-11-24 08:00'],
  ])('%s', (_, text, shown) => {
    expect(markdown`${text}`).toBe(shown);
    expect(markdown`# *${text}*, ${1}`).toBe(`# *${shown}*, 1`);
    expect(markdownRow([text, 'b'])).toBe(`| ${shown} | b |`);
  });
});

describe('markdownFence', () => {
  it.each([
    ['a', '```'],
    ['```\n# a', '````'],
    ['a `````` b', '```````'],
  ])('%j', (text, ticks) => {
    expect(markdownFence(text, 'bash')).toEqual([`${ticks}bash`, text, ticks]);
  });
});
