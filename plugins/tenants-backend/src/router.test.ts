import { readFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { createRouter } from './router';

describe('createRouter', () => {
  it('has the routes that the API description has, and no others', () => {
    const description = readFileSync(
      resolvePackagePath(
        '@threewalls/backstage-plugin-tenants-backend',
        'src/schema/openapi.yaml',
      ),
      'utf8',
    );
    const described: string[] = [];
    let path = '';
    for (const line of description.split('\n')) {
      path = /^ {2}(\/\S*):$/.exec(line)?.[1] ?? path;
      const method = /^ {4}(get|post|put|patch|delete):$/.exec(line)?.[1];
      if (method) {
        described.push(`${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
      }
    }
    const routes = createRouter({} as any).stack.flatMap(({ route }) =>
      route
        ? Object.keys((route as any).methods).map(m => `${m} ${route.path}`)
        : [],
    );
    expect(described.length).toBeGreaterThan(10);
    expect(routes.sort()).toEqual(described.sort());
  });
});
