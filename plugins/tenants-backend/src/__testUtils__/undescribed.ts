import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const api = parse(
  readFileSync(join(__dirname, '../schema/openapi.yaml'), 'utf8'),
);

/** Of any route: who asks is nobody, or something went wrong here. */
const EVERYWHERE = [401, 500];

const resolved = (schema: any): any =>
  schema?.$ref
    ? schema.$ref
        .split('/')
        .slice(1)
        .reduce((found: any, key: string) => found[key], api)
    : schema ?? {};

/** Every method and path of the API. */
export const ROUTES = Object.entries<object>(api.paths).flatMap(
  ([path, methods]) =>
    Object.keys(methods)
      .filter(key => key !== 'parameters')
      .map((method): [string, string] => [method, path]),
);

/**
 * What the API's description does not have of an answer: its status, a field, a value.
 * An answer of no route of ours has nothing.
 */
export function undescribed(
  method: string,
  path: string,
  { status, body, type }: { status: number; body: unknown; type: string },
): string[] {
  const asked = path.split('?')[0].split('/');
  const route = Object.keys(api.paths).find(known => {
    const parts = known.split('/');
    return (
      parts.length === asked.length &&
      parts.every((part, i) => part.startsWith('{') || part === asked[i])
    );
  });
  const described = route && api.paths[route][method];
  if (!described || EVERYWHERE.includes(status)) {
    return [];
  }
  const answer = resolved(described.responses[status]);
  if (!answer.description) {
    return [`${status}`];
  }
  const { schema } = answer.content?.[type] ?? {};
  return type === 'application/json' ? strange(schema, body, '') : [];
}

/** Paths in a value that a schema does not name. */
function strange(given: any, value: unknown, at: string): string[] {
  const schema = resolved(given);
  const either = schema.oneOf ?? schema.anyOf;
  if (either) {
    return either
      .map((one: any) => strange(one, value, at))
      .sort((a: string[], b: string[]) => a.length - b.length)[0];
  }
  if (Array.isArray(value)) {
    return value.flatMap(one => strange(schema.items, one, `${at}[]`));
  }
  if (typeof value !== 'object' || value === null) {
    return schema.enum && !schema.enum.includes(value)
      ? [`${at}: ${value}`]
      : [];
  }
  const all = [schema, ...(schema.allOf ?? [])].map(resolved);
  const named = Object.assign({}, ...all.map(({ properties }) => properties));
  const isOpen = Object.keys(named).length === 0;
  return Object.entries(value).flatMap(([key, of]) => {
    const next = named[key] ?? schema.additionalProperties;
    return next || isOpen
      ? strange(next === true ? {} : next, of, `${at}.${key}`)
      : [`${at}.${key}`];
  });
}
