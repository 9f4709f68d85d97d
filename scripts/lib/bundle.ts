import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './run.ts';

/** The plugin as it was bundled into the app; all sizes in bytes, gzipped. */
export interface PluginBundle {
  /** What loads with the app, whatever page is opened */
  always: number;
  /** What loads when a part of the plugin is shown */
  lazy: number;
  /** Both, each module once */
  total: number;
  /** As the app's files hold it: they repeat the modules that parts share */
  asServed: number;
  /** The plugin's sources, by the file they were bundled into */
  files: Map<string, string[]>;
}

/** Its package.json is a file of its own, which only a page of all plugins asks for. */
const OURS =
  /\/plugins\/tenants(-common)?\/src\/|\/node_modules\/@tanstack\/(react-)?query(-core)?\//;

/**
 * Measures the plugin in the built app: each stretch of minified code is
 * counted for the source that its map names, and so is the library that it alone
 * brings. What else comes from node_modules is Backstage's, React's or shared with
 * them, and not counted.
 */
export function measurePlugin(): PluginBundle {
  const dist = join(root, 'packages', 'app', 'dist');
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const code = { always: new Map<string, string>(), lazy: new Map() };
  const files = new Map<string, string[]>();
  let asServed = 0;
  for (const file of scriptsOf(join(dist, 'static'))) {
    const own = ownCode(join(dist, 'static', file));
    if (own.size === 0) {
      continue;
    }
    const loads = html.includes(file) ? 'always' : 'lazy';
    files.set(file, [...own.keys()]);
    asServed += gzipped([...own.values()]);
    own.forEach((text, source) => code[loads].set(source, text));
  }
  code.always.forEach((_, source) => code.lazy.delete(source));
  const always = [...code.always.values()];
  const lazy = [...code.lazy.values()];
  return {
    always: gzipped(always),
    lazy: gzipped(lazy),
    total: gzipped([...always, ...lazy]),
    asServed,
    files,
  };
}

function scriptsOf(folder: string): string[] {
  const files = readdirSync(folder);
  return files.filter(
    file => file.endsWith('.js') && files.includes(`${file}.map`),
  );
}

/** The minified code of the plugin's sources in a file. */
function ownCode(file: string): Map<string, string> {
  const payload = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const own = new Map<string, string>();
  if (!payload.sources.some((source: string) => OURS.test(source))) {
    return own;
  }
  const map = new SourceMap(payload);
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, lineNumber) => {
      for (let column = 0; column < line.length; column++) {
        const entry = map.findEntry(lineNumber, column);
        if ('originalSource' in entry && OURS.test(entry.originalSource)) {
          const source = entry.originalSource;
          own.set(source, (own.get(source) ?? '') + line[column]);
        }
      }
    });
  return own;
}

function gzipped(parts: string[]): number {
  return parts.length ? gzipSync(parts.join('\n'), { level: 9 }).length : 0;
}
