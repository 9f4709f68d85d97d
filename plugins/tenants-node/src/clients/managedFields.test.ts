import { KubernetesObject } from '../plan/types';
import { foreignFields, takenBack, writerOf } from './managedFields';

const time = '2026-11-25T10:00:00Z';

function objectWith(...entries: object[]): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'n8n',
      annotations: { 'threewalls.io/owner': 'x' },
      managedFields: [
        {
          manager: 'threewalls',
          operation: 'Apply',
          apiVersion: 'apps/v1',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:replicas': {} } },
        },
        ...entries,
      ],
    },
    spec: {
      replicas: 0,
      template: {
        spec: {
          containers: [{ name: 'other' }, { name: 'n8n', command: ['x'] }],
        },
      },
    },
  };
}

const edit = (fieldsV1: object, more: object = {}) => ({
  manager: 'kubectl-edit',
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  time,
  fieldsV1,
  ...more,
});

const command = {
  'f:template': {
    'f:spec': { 'f:containers': { 'k:{"name":"n8n"}': { 'f:command': {} } } },
  },
};
const COMMAND = 'spec.template.spec.containers.1.command';

describe('the fields of an object that others have written', () => {
  it('are named with who and when; metadata and status are anybody’s', () => {
    const live = objectWith(
      edit({
        'f:metadata': { 'f:annotations': { 'f:x': {} } },
        'f:spec': command,
        'f:status': { 'f:conditions': {} },
      }),
      edit({ 'f:status': {} }, { subresource: 'status' }),
    );
    expect(foreignFields(live)).toEqual([
      { field: COMMAND, manager: 'kubectl-edit', since: time },
    ]);
  });

  it('are found by the most precise entry, also where a key has dots', () => {
    const live = objectWith(
      edit({ 'f:spec': {} }, { manager: 'whole' }),
      edit({ 'f:spec': command }),
      edit(
        { 'f:metadata': { 'f:annotations': { 'f:threewalls.io/owner': {} } } },
        { manager: 'annotator' },
      ),
      edit({ 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }),
    );
    const by = (field: string) => writerOf(live, field)?.manager;
    expect(by(COMMAND)).toBe('kubectl-edit');
    expect(by('spec.paused')).toBe('whole');
    expect(by('metadata.annotations.threewalls.io/owner')).toBe('annotator');
    expect(by('metadata.labels.x')).toBeUndefined();
    expect(writerOf(live, 'spec.replicas')?.subresource).toBe('scale');
  });

  it('are handed to the portal, and nothing else is', () => {
    const metadata = { 'f:metadata': { 'f:finalizers': {} } };
    const scale = edit(
      { 'f:spec': { 'f:replicas': {} } },
      { subresource: 'scale' },
    );
    const live = objectWith(edit({ ...metadata, 'f:spec': command }), scale);
    expect(takenBack(live)).toEqual([
      edit(metadata),
      scale,
      expect.objectContaining({
        manager: 'threewalls',
        operation: 'Apply',
        fieldsV1: { 'f:spec': { 'f:replicas': {}, ...command } },
      }),
    ]);
    expect(takenBack(objectWith(edit(metadata), scale))).toBeUndefined();
  });
});

describe('the manager of a field', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'n8n',
      managedFields: [
        {
          manager: 'threewalls',
          fieldsV1: { 'f:spec': { 'f:type': {}, 'f:externalIPs': {} } },
        },
        {
          manager: 'kubectl',
          time: 't1',
          fieldsV1: {
            'f:spec': {
              'f:externalIPs': {},
              'f:ports': {
                'k:{"port":5678,"protocol":"TCP"}': { 'f:nodePort': {} },
              },
            },
          },
        },
      ],
    },
    spec: {
      type: 'NodePort',
      ports: [
        { port: 1, protocol: 'TCP' },
        { port: 5678, protocol: 'TCP', nodePort: 30000 },
      ],
      externalIPs: ['192.0.2.1'],
    },
  };

  it.each([
    ['of a list as a whole', 'spec.externalIPs.0', 'kubectl'],
    ['of a keyed list', 'spec.ports.1.nodePort', 'kubectl'],
    ['of its other element', 'spec.ports.0.nodePort', undefined],
    ['nobody but the portal', 'spec.type', undefined],
  ])('%s', (_, path, manager) => {
    expect(writerOf(object, path)?.manager).toBe(manager);
  });
});
