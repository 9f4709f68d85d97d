import {
  CheckKind,
  Receipt,
  ReceiptSource,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';

const pod: ReceiptSource = {
  type: 'pod',
  name: 'web-tenant-acme/threewalls-proof-x7k2p',
  uid: '5d0f5c0e-6f1b-4a44-9c0e-0f6f3a8f2f11',
};
const kubernetes: ReceiptSource = { type: 'kubernetes', name: 'lab' };
const vault: ReceiptSource = { type: 'vault', name: 'lab' };

const WALLS: Record<string, Wall> = {
  net: 'network',
  sec: 'secret',
  res: 'resource',
};

/** What a check tried, and what came of it: as expected unless it says otherwise. */
type Attempt = Pick<Receipt, 'check' | 'target' | 'request' | 'code'> &
  Partial<Receipt>;

function receiptOf(
  startedAt: string,
  kind: CheckKind,
  attempt: Attempt,
): Receipt {
  const { check, target, code } = attempt;
  const neighbour = /web-tenant-(canary|globex)/.exec(target)?.[1];
  return {
    id: `${check} ${target}`,
    about: { tenant: 'acme', neighbour, node: 'worker-1' },
    wall: WALLS[check.slice(0, 3)],
    kind,
    source: kubernetes,
    expected: code,
    response: '',
    startedAt,
    durationMs: code === 'TIMEOUT' ? 2_002 : 6,
    outcome: 'asExpected',
    ...attempt,
  };
}

/** A connect of the proof pod, and how it ended. */
const connect = (check: string, target: string, code = 'TIMEOUT'): Attempt => ({
  check,
  source: pod,
  target,
  request: `connect ${target} over TCP, as the tenant`,
  code,
  response:
    code === 'OK'
      ? `connected to 10.96.20.7:${target.split(':')[1]}`
      : 'no answer within 2000 ms',
});

/** A read of another tenant's entry, which Vault refused. */
const read = (check: string, name: string): Attempt => ({
  check,
  source: pod,
  target: `secret/data/web-tenant-${name}`,
  request: `GET /v1/secret/data/web-tenant-${name}`,
  expected: '403 permission denied',
  code: '403',
  response: '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}',
});

/** A pod that the API server refused, for a reason. */
const pods = (check: string, spec: string, reason: string): Attempt => ({
  check,
  target: 'pods in web-tenant-acme',
  request: `POST /api/v1/namespaces/web-tenant-acme/pods?dryRun=All\n{"kind":"Pod","spec":{"containers":[{"name":"probe",${spec}}]}}`,
  expected: `403 ${reason}`,
  code: '403',
  response: `pods "probe" is forbidden: ${reason}`,
});

/** What the owners may not do, by what the API server says. */
const whoCan = (check: string, verbs: string): Attempt => ({
  check,
  target: 'group acme-team in web-tenant-acme',
  request: `SubjectAccessReviews: ${verbs}`,
  code: 'denied',
});

/** A comparison with the plan. */
const compare = (
  check: string,
  source: ReceiptSource,
  verb: string,
  target: string,
): Attempt => ({
  check,
  source,
  target,
  request: `${verb} ${target}, and compare it with the plan field by field`,
  code: 'equal',
});

const BASELINES: Attempt[] = [
  connect('net.own-service', 'n8n.web-tenant-acme.svc:5678', 'OK'),
  {
    ...read('sec.own-path', 'acme'),
    expected: '200',
    code: '200',
    response: 'HTTP/1.1 200 OK (2 keys, values not read)',
  },
  {
    ...pods('res.legal-pod', '"resources":{"limits":{"memory":"64Mi"}}', ''),
    expected: 'accepted, or `exceeded quota: tenant-quota`',
    code: '201',
    response: 'pod/probe created (server dry run)',
  },
];

const ATTACKS: Attempt[] = [
  connect('net.canary-egress', 'canary.web-tenant-canary.svc:8080'),
  connect('net.canary-ingress', 'n8n.web-tenant-acme.svc:5678'),
  connect('net.neighbour-service', 'n8n.web-tenant-globex.svc:5678'),
  connect('net.neighbour-pod', '10.244.1.17:5678'),
  connect('net.neighbour-ingress', 'n8n.web-tenant-acme.svc:5678'),
  connect('net.kube-api', 'kubernetes.default.svc:443'),
  connect('net.kubelet', '198.18.0.2:10250'),
  connect('net.internet', '203.0.113.53:443'),
  {
    ...connect('net.metadata', '169.254.169.254:80'),
    outcome: 'notApplicable',
    reason: "The canary's test client can't reach it either",
  },
  compare(
    'net.as-planned',
    kubernetes,
    'get',
    'NetworkPolicy tenant-isolation',
  ),
  read('sec.neighbour-data', 'globex'),
  read('sec.canary-data', 'canary'),
  compare('sec.as-planned', vault, 'GET', 'sys/policies/acl/tenant-acme'),
  whoCan('sec.who-can', 'create pods; create pods/exec; get secrets'),
  pods(
    'res.container-max',
    '"resources":{"limits":{"memory":"4Gi"}}',
    'maximum memory usage per Container is 1Gi, but limit is 4Gi',
  ),
  pods(
    'res.privileged',
    '"securityContext":{"privileged":true}',
    'violates PodSecurity "restricted:latest": privileged',
  ),
  whoCan('res.who-can', 'create,update,patch,delete resourcequotas'),
];

/** The receipts of a proof in which every wall holds. */
export function receipts(startedAt: string): Receipt[] {
  return [
    ...BASELINES.map(attempt => receiptOf(startedAt, 'control', attempt)),
    ...ATTACKS.map(attempt => receiptOf(startedAt, 'barrier', attempt)),
  ];
}

/** The receipts of a proof in which the canary was reached, both ways. */
export function breachedReceipts(startedAt: string): Receipt[] {
  return receipts(startedAt).map(other =>
    /^net\.canary-/.test(other.check)
      ? {
          ...other,
          code: 'OK',
          response: `connected to 10.96.20.7:${other.target.split(':')[1]}`,
          outcome: 'breached',
          reason: 'The connection succeeded; it should have been blocked',
          durationMs: 9_900,
        }
      : other,
  );
}

/** The receipt of a check that could not be judged. */
export function inconclusive(startedAt: string): Receipt {
  return receiptOf(startedAt, 'control', {
    check: 'sec.login',
    source: pod,
    target: 'auth/kubernetes/login',
    request: 'POST /v1/auth/kubernetes/login role=tenant-acme',
    expected: '200',
    code: '503',
    response: '{"errors":["Vault is sealed"]}',
    outcome: 'inconclusive',
    reason: 'Vault is sealed: this says nothing about the wall',
  });
}
