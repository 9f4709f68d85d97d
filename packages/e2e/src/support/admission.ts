import { KubernetesObject } from '@threewalls/backstage-plugin-tenants-node';

const GROUP = 'admissionregistration.k8s.io';

/**
 * An admission policy about every pod that is made, and its binding, in the order
 * in which they are added.
 */
export function podAdmission(
  type: 'Validating' | 'Mutating',
  name: string,
  spec: object,
  binding: object,
): KubernetesObject[] {
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['pods'],
  };
  const matchConstraints = { resourceRules: [rule] };
  const of = (kind: string, body: object) => ({
    apiVersion: `${GROUP}/v1`,
    kind: `${type}Admission${kind}`,
    metadata: { name },
    spec: body,
  });
  return [
    of('Policy', { matchConstraints, ...spec }),
    of('PolicyBinding', { policyName: name, ...binding }),
  ];
}

/** Denies pods of which an expression is not true. */
export function denyPods(
  name: string,
  expression: string,
  message: string,
  { spec = {}, binding = {} }: { spec?: object; binding?: object } = {},
): KubernetesObject[] {
  return podAdmission(
    'Validating',
    name,
    { ...spec, validations: [{ expression, message }] },
    { validationActions: ['Deny'], ...binding },
  );
}
