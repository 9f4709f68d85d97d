import {
  CheckKind,
  Outcome,
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

function receipt(
  startedAt: string,
  kind: CheckKind,
  [check, source, target, request, expected, code, response]: [
    string,
    ReceiptSource,
    string,
    string,
    string,
    string,
    string,
  ],
  rest: { outcome?: Outcome; reason?: string; durationMs?: number } = {},
): Receipt {
  const neighbour = /web-tenant-(canary|globex)/.exec(target)?.[1];
  return {
    id: `${check} ${target}`,
    about: { tenant: 'acme', neighbour, node: 'worker-1' },
    check,
    wall: WALLS[check.slice(0, 3)],
    kind,
    source,
    target,
    request,
    expected,
    code,
    response,
    startedAt,
    durationMs: code === 'TIMEOUT' ? 2_002 : 6,
    outcome: 'asExpected',
    ...rest,
  };
}

/** A connect of the proof pod, and how it ended. */
function connect(check: string, target: string, code = 'TIMEOUT') {
  const response =
    code === 'OK'
      ? `connected to 10.96.20.7:${target.split(':')[1]}`
      : 'no answer within 2000 ms';
  const expected = check === 'net.own-service' ? 'OK' : 'TIMEOUT';
  const request = `connect ${target} over TCP, as the tenant`;
  return [check, pod, target, request, expected, code, response] as Parameters<
    typeof receipt
  >[2];
}

const DENIED =
  '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}';
const READ = '/v1/secret/data/web-tenant-';
const PODS = 'POST /api/v1/namespaces/web-tenant-acme/pods?dryRun=All';

/** The receipts of a proof in which every wall holds. */
export function receipts(startedAt: string): Receipt[] {
  const attack = (
    row: Parameters<typeof receipt>[2],
    rest?: Parameters<typeof receipt>[3],
  ) => receipt(startedAt, 'barrier', row, rest);
  const baseline = (row: Parameters<typeof receipt>[2]) =>
    receipt(startedAt, 'control', row);
  return [
    baseline(connect('net.own-service', 'n8n.web-tenant-acme.svc:5678', 'OK')),
    attack(connect('net.canary-egress', 'canary.web-tenant-canary.svc:8080')),
    attack(connect('net.canary-ingress', 'n8n.web-tenant-acme.svc:5678')),
    attack(connect('net.neighbour-service', 'n8n.web-tenant-globex.svc:5678')),
    attack(connect('net.neighbour-pod', '10.244.1.17:5678')),
    attack(connect('net.neighbour-ingress', 'n8n.web-tenant-acme.svc:5678')),
    attack(connect('net.kube-api', 'kubernetes.default.svc:443')),
    attack(connect('net.kubelet', '198.18.0.2:10250')),
    attack(connect('net.internet', '203.0.113.53:443')),
    attack(connect('net.metadata', '169.254.169.254:80'), {
      outcome: 'notApplicable',
      reason: "The canary's test client can't reach it either",
    }),
    attack([
      'net.as-planned',
      kubernetes,
      'NetworkPolicy tenant-isolation',
      'get NetworkPolicy tenant-isolation, and compare it with the plan field by field',
      'equal',
      'equal',
      '',
    ]),
    baseline([
      'sec.own-path',
      pod,
      'secret/data/web-tenant-acme',
      `GET ${READ}acme`,
      '200',
      '200',
      'HTTP/1.1 200 OK (2 keys, values not read)',
    ]),
    attack([
      'sec.neighbour-data',
      pod,
      'secret/data/web-tenant-globex',
      `GET ${READ}globex`,
      '403 permission denied',
      '403',
      DENIED,
    ]),
    attack([
      'sec.canary-data',
      pod,
      'secret/data/web-tenant-canary',
      `GET ${READ}canary`,
      '403 permission denied',
      '403',
      DENIED,
    ]),
    attack([
      'sec.as-planned',
      vault,
      'sys/policies/acl/tenant-acme',
      'GET sys/policies/acl/tenant-acme, and compare it with the plan field by field',
      'equal',
      'equal',
      '',
    ]),
    attack([
      'sec.who-can',
      kubernetes,
      'group acme-team in web-tenant-acme',
      'SubjectAccessReviews: create pods; create pods/exec; get secrets',
      'denied',
      'denied',
      '',
    ]),
    baseline([
      'res.legal-pod',
      kubernetes,
      'pods in web-tenant-acme',
      `${PODS}\n{"kind":"Pod","spec":{"containers":[{"name":"probe","resources":{"limits":{"memory":"64Mi"}}}]}}`,
      'accepted, or `exceeded quota: tenant-quota`',
      '201',
      'pod/probe created (server dry run)',
    ]),
    attack([
      'res.container-max',
      kubernetes,
      'pods in web-tenant-acme',
      `${PODS}\n{"kind":"Pod","spec":{"containers":[{"name":"probe","resources":{"limits":{"memory":"4Gi"}}}]}}`,
      '403 maximum memory usage per Container is 1Gi',
      '403',
      'pods "probe" is forbidden: maximum memory usage per Container is 1Gi, but limit is 4Gi',
    ]),
    attack([
      'res.privileged',
      kubernetes,
      'pods in web-tenant-acme',
      `${PODS}\n{"kind":"Pod","spec":{"containers":[{"name":"probe","securityContext":{"privileged":true}}]}}`,
      '403 violates PodSecurity "restricted:latest" … privileged',
      '403',
      'pods "probe" is forbidden: violates PodSecurity "restricted:latest": privileged',
    ]),
    attack([
      'res.who-can',
      kubernetes,
      'group acme-team in web-tenant-acme',
      'SubjectAccessReviews: create,update,patch,delete resourcequotas',
      'denied',
      'denied',
      '',
    ]),
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
  return receipt(
    startedAt,
    'control',
    [
      'sec.login',
      pod,
      'auth/kubernetes/login',
      'POST /v1/auth/kubernetes/login role=tenant-acme',
      '200',
      '503',
      '{"errors":["Vault is sealed"]}',
    ],
    {
      outcome: 'inconclusive',
      reason: 'Vault is sealed: this says nothing about the wall',
    },
  );
}
