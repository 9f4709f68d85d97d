import { Receipt } from '@threewalls/backstage-plugin-tenants-common';

const pod = {
  type: 'pod' as const,
  name: 'web-tenant-acme/threewalls-proof-x7k2p',
  uid: '5d0f5c0e-6f1b-4a44-9c0e-0f6f3a8f2f11',
};
const kubernetes = { type: 'kubernetes' as const, name: 'lab' };

/** Receipts of acme's, each known by its check and its target. */
function known(receipt: Omit<Receipt, 'id' | 'about'>): Receipt {
  const neighbour = /web-tenant-(canary|globex)/.exec(receipt.target)?.[1];
  return {
    id: `${receipt.check} ${receipt.target}`,
    about: { tenant: 'acme', neighbour },
    ...receipt,
  };
}

/** The receipts of a proof in which every wall holds. */
export function receipts(startedAt: string): Receipt[] {
  const all: Omit<Receipt, 'id' | 'about'>[] = [
    {
      check: 'net.own-service',
      wall: 'network',
      kind: 'control',
      source: pod,
      target: 'n8n.web-tenant-acme.svc:5678',
      request: 'connect tcp n8n.web-tenant-acme.svc:5678',
      expected: 'OK: the tenant reaches its own service',
      code: 'OK',
      response: 'connected to 10.96.144.12:5678',
      startedAt,
      durationMs: 3,
      outcome: 'asExpected',
    },
    {
      check: 'net.canary-egress',
      wall: 'network',
      kind: 'barrier',
      source: pod,
      target: 'canary.web-tenant-canary.svc:8080',
      request: 'connect tcp canary.web-tenant-canary.svc:8080',
      expected: 'TIMEOUT: dropped by the egress half of this tenant',
      code: 'TIMEOUT',
      response: 'connect 10.96.20.7:8080: no answer within 2000 ms',
      startedAt,
      durationMs: 2002,
      outcome: 'asExpected',
    },
    {
      check: 'net.neighbour-service',
      wall: 'network',
      kind: 'barrier',
      source: pod,
      target: 'n8n.web-tenant-globex.svc:5678',
      request: 'connect tcp n8n.web-tenant-globex.svc:5678',
      expected: 'TIMEOUT: dropped on the way to the neighbour',
      code: 'TIMEOUT',
      response: 'connect 10.96.31.90:5678: no answer within 2000 ms',
      startedAt,
      durationMs: 2001,
      outcome: 'asExpected',
    },
    {
      check: 'net.metadata',
      wall: 'network',
      kind: 'barrier',
      source: pod,
      target: '169.254.169.254:80',
      request: 'connect tcp 169.254.169.254:80',
      expected: 'TIMEOUT: no way to the metadata service',
      code: 'TIMEOUT',
      response: 'no answer within 2000 ms',
      reason: 'There is no metadata service here: the ram does not reach it',
      startedAt,
      durationMs: 2001,
      outcome: 'notApplicable',
    },
    {
      check: 'sec.own-path',
      wall: 'secret',
      kind: 'control',
      source: pod,
      target: 'secret/data/web-tenant-acme',
      request: 'GET /v1/secret/data/web-tenant-acme',
      expected: '200',
      code: '200',
      response: 'HTTP/1.1 200 OK (2 keys, values not read)',
      startedAt,
      durationMs: 8,
      outcome: 'asExpected',
    },
    {
      check: 'sec.neighbour-data',
      wall: 'secret',
      kind: 'barrier',
      source: pod,
      target: 'secret/data/web-tenant-globex',
      request: 'GET /v1/secret/data/web-tenant-globex',
      expected: '403 permission denied',
      code: '403',
      response:
        '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}',
      startedAt,
      durationMs: 6,
      outcome: 'asExpected',
    },
    {
      check: 'res.legal-pod',
      wall: 'resource',
      kind: 'control',
      source: kubernetes,
      target: 'pods in web-tenant-acme',
      request:
        'POST /api/v1/namespaces/web-tenant-acme/pods?dryRun=All\n{"kind":"Pod","spec":{"containers":[{"name":"probe","resources":{"limits":{"memory":"64Mi"}}}]}}',
      expected: '201: a pod within the limits is accepted',
      code: '201',
      response: 'pod/probe created (server dry run)',
      startedAt,
      durationMs: 21,
      outcome: 'asExpected',
    },
    {
      check: 'res.container-max',
      wall: 'resource',
      kind: 'barrier',
      source: kubernetes,
      target: 'pods in web-tenant-acme',
      request:
        'POST /api/v1/namespaces/web-tenant-acme/pods?dryRun=All\n{"kind":"Pod","spec":{"containers":[{"name":"probe","resources":{"limits":{"memory":"4Gi"}}}]}}',
      expected: '403: maximum memory usage per Container is 1Gi',
      code: '403',
      response:
        'pods "probe" is forbidden: maximum memory usage per Container is 1Gi, but limit is 4Gi',
      startedAt,
      durationMs: 18,
      outcome: 'asExpected',
    },
  ];
  return all.map(known);
}

/** The receipt of a connection that should not have come about. */
export function breach(startedAt: string): Receipt {
  return known({
    check: 'net.canary-egress',
    wall: 'network',
    kind: 'barrier',
    source: pod,
    target: 'canary.web-tenant-canary.svc:8080',
    request: 'connect tcp canary.web-tenant-canary.svc:8080',
    expected: 'TIMEOUT: dropped by the egress half of this tenant',
    code: 'OK',
    response: 'connected to 10.96.20.7:8080',
    startedAt,
    durationMs: 2,
    outcome: 'breached',
  });
}

/** The receipt of a check that could not be judged. */
export function inconclusive(startedAt: string): Receipt {
  return known({
    check: 'sec.login',
    wall: 'secret',
    kind: 'control',
    source: pod,
    target: 'auth/kubernetes/login',
    request: 'POST /v1/auth/kubernetes/login role=tenant-acme',
    expected: '200',
    code: '503',
    response: '{"errors":["Vault is sealed"]}',
    reason: 'Vault is sealed: this says nothing about the wall',
    startedAt,
    durationMs: 4,
    outcome: 'inconclusive',
  });
}
