import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfigSchema } from '@backstage/config-loader';
import { z } from 'zod';
import { configSchema } from './platform';

const PUBLISHED = resolve(__dirname, '../../config.schema.json');
const DOC = resolve(__dirname, '../../../../docs/configuration.md');

/**
 * The schema that the package publishes, for editors and `backstage-cli config`.
 * What is missing, and what is no key, `readPlatform` says better: a cluster may
 * leave out what the platform says, and it knows which key was meant.
 */
function published(): string {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.required;
      if (jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  const text = JSON.stringify(schema, undefined, 1).replace(
    /\{\n[^{}]*\}|\[\n[^[\]{}]*\]/g,
    innermost => innermost.replace(/\n\s*/g, ' '),
  );
  return `${text}\n`;
}

/** Names of all keys, of each cluster's and of lists' items too. */
function keysOf(schema: any): string[] {
  if (!schema || typeof schema !== 'object') {
    return [];
  }
  const { properties = {}, items, additionalProperties } = schema;
  const below = ['anyOf', 'oneOf', 'allOf'].flatMap(key => schema[key] ?? []);
  return [
    ...Object.keys(properties),
    ...[
      ...Object.values(properties),
      items,
      additionalProperties,
      ...below,
    ].flatMap(keysOf),
  ];
}

describe('config.schema.json', () => {
  it('is the schema that config is read by (UPDATE_CONFIG_SCHEMA=1 writes it)', () => {
    if (process.env.UPDATE_CONFIG_SCHEMA) {
      writeFileSync(PUBLISHED, published());
    }
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(published());
  });

  it('is all in docs/configuration.md', () => {
    const words = readFileSync(DOC, 'utf8').match(/\w+/g)!;
    const known = new Set(words);
    expect(keysOf(JSON.parse(published())).filter(k => !known.has(k))).toEqual(
      [],
    );
  });

  it('shows nothing to a browser, and a token to nobody', async () => {
    const schema = await loadConfigSchema({
      serialized: {
        backstageConfigSchemaVersion: 1,
        schemas: [{ path: PUBLISHED, value: JSON.parse(published()) }],
      },
    });
    const cluster = {
      name: 'lab',
      kubernetes: { url: 'https://192.0.2.1', token: 'hush' },
      vault: { address: 'https://192.0.2.2', login: { tokenFile: '/token' } },
      network: { denial: 'reject' },
    };
    const data = {
      tenants: {
        clusters: [cluster],
        n8n: { image: 'n8n', nodeSelector: { pool: 'a' } },
        proofs: { interval: { minutes: 5 }, settle: '5s' },
      },
    };
    const seen = (visibility: 'frontend' | 'backend' | 'secret') =>
      schema.process([{ context: 'app', data }], {
        visibility: [visibility],
      })[0].data;
    expect(seen('frontend')).toEqual({});
    expect(seen('secret')).toEqual({
      tenants: { clusters: [{ kubernetes: { token: 'hush' } }] },
    });
    expect(JSON.stringify(seen('backend'))).not.toContain('hush');
    expect(() =>
      schema.process([
        { context: 'app', data: { tenants: { network: { denial: 'no' } } } },
      ]),
    ).toThrow(/denial/);
  });
});
