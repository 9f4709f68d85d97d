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
) {
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
