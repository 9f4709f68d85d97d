import { shown } from './shown';

const SECRET = 'Planted-value-4711';

describe('what is shown of a live value', () => {
  it.each<[string, unknown]>([
    ['spec.template.spec.containers.0.env.3.value', SECRET],
    ['spec.template.spec.containers.0.args.1', SECRET],
    ['spec.template.spec.containers.0.command', ['sh', '-c', SECRET]],
    ['metadata.annotations.example.com/key', SECRET],
    [
      'spec.template.spec.containers',
      [{ name: 'n8n', env: [{ name: 'DB_PASSWORD', value: SECRET }] }],
    ],
    ['spec.template', { spec: { initContainers: [{ args: [SECRET] }] } }],
  ])('%s: not its value', (path, value) => {
    const text = JSON.stringify(shown(path.split('.'), value));
    expect(text).not.toContain(SECRET);
    expect(text).toContain('(not shown)');
  });

  it('is the name of a variable, and all that is no secret', () => {
    expect(shown(['env', '0'], { name: 'A', value: 'b' })).toEqual({
      name: 'A',
      value: '(not shown)',
    });
    expect(shown(['env', '0', 'value'], undefined)).toBeUndefined();
    const spec = { hard: { pods: '5' }, image: 'n8n:1', replicas: 2 };
    expect(shown(['spec'], spec)).toEqual(spec);
  });
});
