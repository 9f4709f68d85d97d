import { useApi, useRouteRef } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import useAsync from 'react-use/esm/useAsync';
import { templateRouteRef } from '../../routes';

const NAMESPACE = 'default';

/** Where the forms of the portal's tenant templates are. */
export function useTemplates(): {
  href: (template: string) => string | undefined;
} {
  const catalog = useApi(catalogApiRef);
  const route = useRouteRef(templateRouteRef);
  const { value: names = [] } = useAsync(async () => {
    const { items } = await catalog.getEntities({
      filter: { kind: 'Template', 'metadata.namespace': NAMESPACE },
      fields: ['metadata.name'],
    });
    return items.map(entity => entity.metadata.name);
  }, [catalog]);
  return {
    href: templateName =>
      names.includes(templateName)
        ? route?.({ namespace: NAMESPACE, templateName })
        : undefined,
  };
}
