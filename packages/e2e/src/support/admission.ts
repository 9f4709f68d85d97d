const GROUP = 'admissionregistration.k8s.io';

/**
 * An admission policy about every pod that is made, and its binding, each with
 * the path of its collection, in the order in which they are added.
 */
export function podAdmission(
  type: 'Validating' | 'Mutating',
  name: string,
  spec: object,
  binding: object,
): { path: string; object: any }[] {
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['pods'],
  };
  const matchConstraints = { resourceRules: [rule] };
  const of = (plural: string, kind: string, body: object) => ({
    path: `/apis/${GROUP}/v1/${type.toLowerCase()}admission${plural}`,
    object: {
      apiVersion: `${GROUP}/v1`,
      kind: `${type}Admission${kind}`,
      metadata: { name },
      spec: body,
    },
  });
  return [
    of('policies', 'Policy', { matchConstraints, ...spec }),
    of('policybindings', 'PolicyBinding', { policyName: name, ...binding }),
  ];
}
