import { ComponentType, useState } from 'react';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef, entityRouteRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import {
  PermissionApi,
  permissionApiRef,
} from '@backstage/plugin-permission-react';
import { mockTenantsApi } from './mockTenantsApi';

/**
 * Renders a field of a template's form as a form does: its value comes back to
 * it, and it sees the values of the others.
 */
export function renderField(
  Field: ComponentType<any>,
  props: {
    schema?: object;
    uiSchema?: object;
    value?: unknown;
    /** Values of the other fields, on whatever page */
    form?: Record<string, unknown>;
  },
  api = mockTenantsApi(),
  permissions: {
    authorize?: PermissionApi['authorize'];
    ownRefs?: string[];
  } = {},
) {
  const { schema = {}, uiSchema = {}, value, form = {} } = props;
  const changes: unknown[] = [];
  let setForm: (form: Record<string, unknown>) => void;
  function Form() {
    const [formData, setValue] = useState(value);
    const [others, setOthers] = useState(form);
    setForm = setOthers;
    return (
      <Field
        schema={schema}
        uiSchema={uiSchema}
        idSchema={{ $id: 'root_field' }}
        formContext={{ formData: others }}
        formData={formData}
        onChange={(next: unknown) => {
          changes.push(next);
          setValue(next);
        }}
      />
    );
  }
  renderInTestApp(<Form />, {
    apis: [
      api,
      [catalogApiRef, catalogApiMock({ entities: [] })],
      permissions.authorize
        ? [permissionApiRef, { authorize: permissions.authorize }]
        : mockApis.permission(),
      mockApis.identity({
        ownershipEntityRefs: permissions.ownRefs ?? ['group:default/acme-team'],
      }),
    ],
    mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef as any },
  });
  return {
    api,
    last: () => changes[changes.length - 1],
    setForm: (next: Record<string, unknown>) => setForm(next),
  };
}
