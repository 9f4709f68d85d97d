import { KubernetesObject } from '@threewalls/backstage-plugin-tenants-node';

// What an operator of these tenants would write for each of the peers: who may
// touch what the walls are made of, and how it has to be.

const PORTAL = 'system:serviceaccount:threewalls-system:threewalls-portal';
const CONTROLLERS = [
  'system:serviceaccounts:kube-system',
  'system:serviceaccounts:external-secrets',
];
const namespaceSelector = {
  matchExpressions: [
    { key: 'threewalls.io/tenant', operator: 'Exists' },
    // They are open on purpose.
    {
      key: 'threewalls.io/tenant',
      operator: 'NotIn',
      values: ['canary', 'ram'],
    },
  ],
};

/** Kinds that the policies are about, by group and resource. */
const KINDS = {
  NetworkPolicy: ['networking.k8s.io', 'networkpolicies'],
  ResourceQuota: ['', 'resourcequotas'],
  LimitRange: ['', 'limitranges'],
  RoleBinding: ['rbac.authorization.k8s.io', 'rolebindings'],
  ExternalSecret: ['external-secrets.io', 'externalsecrets'],
  Namespace: ['', 'namespaces'],
  ClusterRoleBinding: ['rbac.authorization.k8s.io', 'clusterrolebindings'],
} as const;
type Kind = keyof typeof KINDS;
const ALL = Object.keys(KINDS) as Kind[];
const HELD = ALL.filter(k => k !== 'Namespace' && k !== 'ClusterRoleBinding');

/** As rules of a webhook or a policy. */
function rulesOf(operations: string[], kinds: Kind[] = ALL) {
  return kinds.map(kind => ({
    apiGroups: [KINDS[kind][0]],
    apiVersions: ['v1'],
    operations,
    resources: [KINDS[kind][1]],
  }));
}

/** @param action - `Audit` or `Deny` */
export function kyvernoPolicies(action: string): KubernetesObject[] {
  const policy = (
    name: string,
    kinds: Kind[],
    expression: string,
    over: { actions?: string[]; operations?: string[]; scan?: boolean } = {},
  ): KubernetesObject => ({
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ValidatingPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Ignore',
      validationActions: over.actions ?? [action],
      evaluation: { background: { enabled: over.scan ?? true } },
      matchConstraints: {
        ...(kinds[0] !== 'ClusterRoleBinding' && { namespaceSelector }),
        resourceRules: rulesOf(over.operations ?? ['CREATE', 'UPDATE'], kinds),
      },
      validations: [{ expression, message: name }],
    },
  });
  return [
    policy(
      'only-the-portal-writes',
      HELD,
      `request.userInfo.username == '${PORTAL}' ||
        request.userInfo.groups.exists(g, g in ${JSON.stringify(CONTROLLERS)})`,
      // A scan does not know who has done something.
      { operations: ['CREATE', 'UPDATE', 'DELETE'], scan: false },
    ),
    policy(
      'rules-name-peers',
      ['NetworkPolicy'],
      `object.spec.?ingress.orValue([]).all(r, size(r.?from.orValue([])) > 0) &&
        object.spec.?egress.orValue([]).all(r, size(r.?to.orValue([])) > 0)`,
    ),
    policy(
      'seven-pods',
      ['ResourceQuota'],
      `object.metadata.name != 'tenant-quota' || int(string(object.spec.hard.pods)) <= 7`,
    ),
    policy(
      'restricted',
      ['Namespace'],
      `object.metadata.labels[?'pod-security.kubernetes.io/enforce'].orValue('') == 'restricted'`,
    ),
    policy(
      'complete',
      ['Namespace'],
      `[['networking.k8s.io/v1', 'networkpolicies', 'tenant-isolation'],
        ['v1', 'resourcequotas', 'tenant-quota'], ['v1', 'limitranges', 'tenant-limits']].all(o,
        dyn(resource.List(o[0], o[1], object.metadata.name).items).exists(i, i.metadata.name == o[2]))`,
      // A namespace begins without them.
      { actions: ['Audit'] },
    ),
    policy(
      'roles-of-the-portal',
      ['RoleBinding'],
      `object.roleRef.name.startsWith('threewalls-')`,
    ),
    policy(
      'nobody-writes-everywhere',
      ['ClusterRoleBinding'],
      `!(object.roleRef.name in ['cluster-admin', 'admin', 'edit']) ||
        object.subjects.all(s, s.name == 'system:masters')`,
    ),
    policy(
      'own-entries',
      ['ExternalSecret'],
      `object.spec.data.all(d, d.remoteRef.key == object.metadata.namespace)`,
    ),
  ];
}

const REGO = `package tenantwalls

obj := input.review.object
kind := input.review.kind.kind

is_audit { object.get(input.review, "operation", "") == "" }

# An audit does not know who has done something.
held := {${HELD.map(kind => `"${kind}"`).join(', ')}}
trusted { input.review.userInfo.username == "${PORTAL}" }
trusted { {"${CONTROLLERS.join('", "')}"}[input.review.userInfo.groups[_]] }
violation[{"msg": "only the portal writes it"}] {
  held[kind]
  not is_audit
  not trusted
}

violation[{"msg": "a rule lets everybody in or out"}] {
  kind == "NetworkPolicy"
  sides := {"ingress": "from", "egress": "to"}
  rule := obj.spec[side][_]
  count(object.get(rule, sides[side], [])) == 0
}

violation[{"msg": "more than seven pods"}] {
  kind == "ResourceQuota"
  obj.metadata.name == "tenant-quota"
  to_number(obj.spec.hard.pods) > 7
}

violation[{"msg": "PodSecurity is not restricted"}] {
  kind == "Namespace"
  object.get(obj.metadata.labels, "pod-security.kubernetes.io/enforce", "") != "restricted"
}

# A namespace begins without them: nothing to refuse.
needed := {
  ["networking.k8s.io/v1", "NetworkPolicy", "tenant-isolation"],
  ["v1", "ResourceQuota", "tenant-quota"],
  ["v1", "LimitRange", "tenant-limits"],
}
violation[{"msg": sprintf("it lacks %v", [name])}] {
  kind == "Namespace"
  is_audit
  needed[[api, of, name]]
  not data.inventory.namespace[obj.metadata.name][api][of][name]
}

violation[{"msg": "a role that is not the portal's"}] {
  kind == "RoleBinding"
  not startswith(obj.roleRef.name, "threewalls-")
}

violation[{"msg": "somebody may write everywhere"}] {
  kind == "ClusterRoleBinding"
  {"cluster-admin", "admin", "edit"}[obj.roleRef.name]
  obj.subjects[_].name != "system:masters"
}

violation[{"msg": "an entry that is not the tenant's"}] {
  kind == "ExternalSecret"
  obj.spec.data[_].remoteRef.key != obj.metadata.namespace
}
`;

export const GATEKEEPER_TEMPLATE = {
  apiVersion: 'templates.gatekeeper.sh/v1',
  kind: 'ConstraintTemplate',
  metadata: { name: 'tenantwalls' },
  spec: {
    crd: { spec: { names: { kind: 'TenantWalls' } } },
    targets: [{ target: 'admission.k8s.gatekeeper.sh', rego: REGO }],
  },
};

/** What the template asks of the inventory. */
export const GATEKEEPER_SYNC = {
  apiVersion: 'config.gatekeeper.sh/v1alpha1',
  kind: 'Config',
  metadata: { name: 'config', namespace: 'gatekeeper-system' },
  spec: {
    sync: {
      syncOnly: (['NetworkPolicy', 'ResourceQuota', 'LimitRange'] as const).map(
        kind => ({ group: KINDS[kind][0], version: 'v1', kind }),
      ),
    },
  },
};

export const GATEKEEPER_CONSTRAINT = {
  apiVersion: 'constraints.gatekeeper.sh/v1beta1',
  kind: 'TenantWalls',
  metadata: { name: 'tenant-walls' },
  spec: {
    match: {
      kinds: Object.entries(KINDS).map(([kind, [group]]) => ({
        apiGroups: [group],
        kinds: [kind],
      })),
      namespaceSelector,
    },
  },
};

/** Owner of the states that Gatekeeper writes: without it they are collected as garbage. */
export const GATEKEEPER_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'gatekeeper', namespace: 'gatekeeper-system' },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'elsewhere', image: 'none' }],
  },
};

/** @param caBundle - As base64 */
export function gatekeeperWebhook(port: number, caBundle: string) {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'gatekeeper' },
    webhooks: [
      {
        name: 'validation.gatekeeper.sh',
        admissionReviewVersions: ['v1'],
        clientConfig: { url: `https://127.0.0.1:${port}/v1/admit`, caBundle },
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 3,
        rules: rulesOf(['CREATE', 'UPDATE', 'DELETE']),
      },
    ],
  };
}
