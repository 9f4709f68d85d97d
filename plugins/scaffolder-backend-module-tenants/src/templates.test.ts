import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { actions } from './actions';

const DOC = readFileSync(
  resolve(__dirname, '../../../docs/templates.md'),
  'utf8',
);
const OWN = resolve(__dirname, '../templates');

/** Schemas of inputs and outputs, by the action's id. */
const ACTIONS = new Map<string, { input: any; output: any }>(
  actions.map(create => {
    const { id, schema } = create({} as any);
    return [id, schema as any];
  }),
);
const SPEC = Object.keys(ACTIONS.get('tenant:create')!.input.properties);

const TEMPLATES: [string, any][] = [
  ...[...DOC.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, text]) => text),
  ...readdirSync(OWN).map(name =>
    readFileSync(resolve(OWN, name, 'template.yaml'), 'utf8'),
  ),
].map(text => {
  const template = parse(text, { merge: true });
  return [template.metadata.name, template];
});

/** What is wrong about a value, as far as a form's values do not decide it. */
function wrong(value: unknown, { type, items }: any = {}): boolean {
  if (typeof value === 'string' && value.includes('${{')) {
    return false;
  }
  return Array.isArray(value)
    ? type !== 'array' || value.some(one => wrong(one, items))
    : typeof value !== type;
}

describe('templates', () => {
  it('are those of docs/templates.md and of the package', () => {
    expect(TEMPLATES.map(([name]) => name)).toEqual([
      'small-n8n',
      'registered-n8n',
      'request-n8n',
      'create-tenant-gitops',
      ...readdirSync(OWN),
    ]);
  });

  it.each(TEMPLATES)('%s calls actions as they are', (_, { spec }) => {
    const parameters = [spec.parameters]
      .flat()
      .flatMap(page => Object.keys(page.properties));
    const before = new Map<string, any>();
    const problems: string[] = [];
    for (const step of spec.steps) {
      const { id, action, input = {} } = step;
      const known = ACTIONS.get(action);
      if (action.startsWith('tenant:') && !known) {
        problems.push(`${id}: there is no ${action}`);
      }
      const { properties = {}, required = [] } = known?.input ?? {};
      for (const key of known ? Object.keys(input) : []) {
        if (!properties[key]) {
          problems.push(`${id}: ${action} has no input ${key}`);
        } else if (wrong(input[key], properties[key])) {
          problems.push(`${id}: ${key} is no ${properties[key].type}`);
        }
      }
      for (const key of required.filter((k: string) => !(k in input))) {
        problems.push(`${id}: ${action} wants ${key}`);
      }
      problems.push(...unknownNames(step, parameters, before));
      before.set(id, known?.output);
    }
    problems.push(...unknownNames(spec.output ?? {}, parameters, before));
    expect(problems).toEqual([]);
  });

  it('are written by a table that has every action, input and output', () => {
    const rows = [...DOC.matchAll(/^\| `(tenant:[^`]+)` +\|(.*)\|(.*)\|$/gm)];
    const words = (text: string) =>
      [...text.matchAll(/SPEC|`(\w+)`/g)]
        .flatMap(([word, name]) => (word === 'SPEC' ? SPEC : name))
        .sort();
    expect(
      rows
        .map(([, id, input, output]) => [id, words(input), words(output)])
        .sort(),
    ).toEqual(
      [...ACTIONS]
        .map(([id, { input, output }]) => [
          id,
          Object.keys(input.properties).sort(),
          Object.keys(output.properties).sort(),
        ])
        .sort(),
    );
    const spec = /A `SPEC` is ([^;]*);/.exec(DOC)![1];
    expect(words(spec)).toEqual([...SPEC].sort());
  });
});

/** Values that expressions name and that nobody gives. */
function unknownNames(
  of: object,
  parameters: string[],
  before: Map<string, any>,
): string[] {
  const text = JSON.stringify(of);
  return [
    ...[...text.matchAll(/parameters\.(\w+)/g)].flatMap(([whole, name]) =>
      parameters.includes(name) ? [] : [whole],
    ),
    ...[...text.matchAll(/steps\.(\w+)\.output\.(\w+)/g)].flatMap(
      ([whole, step, name]) =>
        before.get(step)?.properties[name] ? [] : [whole],
    ),
  ];
}
