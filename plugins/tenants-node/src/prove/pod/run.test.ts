import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterView } from '../../clients';
import { testCluster, testSide } from '../__fixtures__/side';
import { assignTasks } from '../round/pods';
import { Side } from '../types';
import { podManifest, PodOptions } from './manifest';
import { removePod, runPod } from './run';

const NONCE = 'n0nce';
const side = testSide();
const pod = podManifest({
  role: 'proof',
  plan: side.tenant.plan,
  cluster: side.cluster.config,
  nonce: NONCE,
  tasks: [],
});
const waiting = (reason: string, message = '') => ({
  containerStatuses: [
    { name: 'proof', state: { waiting: { reason, message } } },
  ],
});
const RUNNING = {
  phase: 'Running',
  containerStatuses: [{ name: 'proof', state: { running: {} } }],
};
const line = (...said: object[]) => `${NONCE} ${JSON.stringify(said)}`;
const ANSWER = { code: 'OK', response: '', startedAt: '', durationMs: 1 };
const GOOD = [
  'noise',
  line({ hello: { kernel: '6.1' } }),
  line({ id: 'a task', ...ANSWER }),
  line({ end: true }),
];

/** A cluster in which the pod goes through these states and prints these lines. */
function cluster(options: {
  create?: { status: number; body: object }[];
  states?: object[];
  logs?: string[][];
  events?: object[];
}) {
  const { create = [], states = [RUNNING], logs = [GOOD] } = options;
  const object = (status: object) => ({
    metadata: { name: pod.metadata.name, uid: 'u1', resourceVersion: '1' },
    spec: { nodeName: 'node' },
    status,
  });
  const queue = [...states];
  const deleted = jest.fn(async () => {});
  const printed = jest.fn(async function* lines(..._: unknown[]) {
    yield* logs.length > 1 ? logs.shift()! : logs[0];
  });
  const kubernetes = {
    create: jest.fn(
      async () =>
        create.shift() ?? { status: 201, body: { metadata: { uid: 'u1' } } },
    ),
    get: async () =>
      queue[0] === null
        ? undefined
        : object(queue.length > 1 ? queue.shift()! : queue[0]),
    async *watch(_: unknown, { signal }: { signal: AbortSignal }) {
      while (queue.length > 1) {
        yield { type: 'MODIFIED', object: object(queue.shift()!) };
      }
      yield { type: 'MODIFIED', object: object(queue[0]) };
      await new Promise((_done, fail) =>
        signal.addEventListener('abort', () => fail(signal.reason)),
      );
    },
    list: async () => ({ items: options.events ?? [] }),
    logs: printed,
    delete: deleted,
  };
  return {
    cluster: testCluster(side.cluster.config, { kubernetes }),
    kubernetes,
    deleted,
    logs: printed,
  };
}

const run = (
  on: ReturnType<typeof cluster>,
  over: {
    deadlineMs?: number;
    patienceMs?: number;
    signal?: AbortSignal;
    view?: ClusterView;
  } = {},
) =>
  runPod(on.cluster, pod, {
    nonce: NONCE,
    deadline: AbortSignal.timeout(over.deadlineMs ?? 5_000),
    signal: over.signal ?? new AbortController().signal,
    patienceMs: over.patienceMs,
    view: over.view,
  }).finally(() => removePod(on.cluster, pod));

describe('runPod', () => {
  it('reads what the pod prints, to its end, and removes it', async () => {
    const on = cluster({ states: [{}, waiting('ContainerCreating'), RUNNING] });
    const result = await run(on);
    expect(result).toEqual(
      expect.objectContaining({ uid: 'u1', problem: undefined }),
    );
    expect(result.answers).toEqual(new Map([['a task', ANSWER]]));
    expect(result.facts).toEqual(
      expect.objectContaining({ kernel: '6.1', nodeName: 'node' }),
    );
    expect(on.deleted).toHaveBeenCalledWith(
      expect.objectContaining({ kind: 'Pod', name: pod.metadata.name }),
      { gracePeriodSeconds: 0 },
    );
  });

  it.each([
    [
      'an image that is not there',
      [waiting('ErrImagePull', 'not found')],
      /can't start: ErrImagePull not found/,
    ],
    [
      "a container that can't be made",
      [waiting('CreateContainerConfigError', 'no secret')],
      /CreateContainerConfigError/,
    ],
    [
      'a pod over its deadline',
      [{ phase: 'Failed', reason: 'DeadlineExceeded', message: 'late' }],
      /failed: DeadlineExceeded late/,
    ],
  ])('says why the pod did not start: %s', async (_, states, problem) => {
    const on = cluster({ states });
    expect((await run(on)).problem?.summary).toMatch(problem);
    expect(on.deleted).toHaveBeenCalled();
  });

  it('says that the pod was removed, or ended early', async () => {
    const gone = cluster({ states: [null as any] });
    expect((await run(gone)).problem?.summary).toMatch(
      /deleted during the proof/,
    );
    const terminated = {
      containerStatuses: [
        {
          name: 'proof',
          state: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
        },
      ],
    };
    const early = cluster({ states: [terminated], logs: [GOOD.slice(0, 3)] });
    const result = await run(early);
    expect(result.problem?.summary).toMatch(
      /ended early: OOMKilled \(exit code 137\)/,
    );
    expect(result.answers.size).toBe(1);
  });

  it('is not misled by a container that the cluster adds', async () => {
    const sidecar = { name: 'a-proxy', state: { running: {} } };
    const [own] = waiting('ContainerCreating').containerStatuses;
    const on = cluster({
      states: [
        { containerStatuses: [sidecar, own] },
        {
          containerStatuses: [sidecar, ...RUNNING.containerStatuses],
        },
      ],
    });
    const result = await run(on);
    expect(result.answers.size).toBe(1);
    expect(on.logs).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ container: 'proof' }),
    );
  });

  it('opens a stream that broke once more', async () => {
    const on = cluster({ logs: [GOOD.slice(0, 2), GOOD] });
    expect((await run(on)).answers.size).toBe(1);
  });

  it('waits for what passes by itself, and says what does not', async () => {
    const lag = {
      status: 403,
      body: { message: 'status unknown for quota: tenant-probe-quota' },
    };
    expect(
      (await run(cluster({ create: [lag] }))).problem?.summary,
    ).toBeUndefined();
    const never = { status: 422, body: { message: 'spec is wrong' } };
    const on = cluster({ create: [never] });
    expect((await run(on)).problem?.summary).toBe(
      "Couldn't create the proof pod: spec is wrong",
    );
  });

  it('stops at the deadline, and keeps what has arrived', async () => {
    const on = cluster({ states: [waiting('ContainerCreating')] });
    const result = await run(on, { deadlineMs: 200 });
    expect(result.problem?.summary).toMatch(/not done at the deadline/);
    expect(on.deleted).toHaveBeenCalled();
  });

  it('says what keeps a pod from starting, where that has not passed', async () => {
    const warning = (at: string, reason: string) => ({
      reason,
      message: `of ${at}`,
      lastTimestamp: `2026-01-01T00:00:${at}Z`,
    });
    const events = [
      warning('02', 'FailedCreatePodSandBox'),
      warning('01', 'FailedMount'),
    ];
    const states = [waiting('ContainerCreating')];
    const times = { deadlineMs: 600, patienceMs: 50 };
    expect(
      (await run(cluster({ states, events }), times)).problem?.summary,
    ).toBe(
      'The proof pod was not done at the deadline (it did not start: FailedCreatePodSandBox of 02)',
    );
    expect((await run(cluster({ states }), times)).problem?.summary).toMatch(
      /its kubelet has said nothing of it/,
    );
    const bare = {
      ...waiting('ContainerCreating'),
      conditions: [{ type: 'PodReadyToStartContainers', status: 'False' }],
    };
    expect(
      (await run(cluster({ states: [bare] }), times)).problem?.summary,
    ).toMatch(/not given it a network yet/);
    // One that started after all is not said to be slow any more.
    const late = cluster({
      states: [...states, ...states, ...states, RUNNING],
      events,
      logs: [GOOD.slice(0, 2)],
    });
    expect((await run(late, times)).problem?.summary).toMatch(
      /0 answers so far/,
    );
  });

  it('watches a pod from where it was made', async () => {
    const on = cluster({
      states: [{}, RUNNING],
      create: [
        {
          status: 201,
          body: { metadata: { uid: 'u1', resourceVersion: '7' } },
        },
      ],
    });
    const watch = jest.spyOn(on.kubernetes, 'watch');
    const get = jest.spyOn(on.kubernetes, 'get');
    expect((await run(on)).problem?.summary).toBeUndefined();
    expect(get).not.toHaveBeenCalled();
    expect(watch).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ resourceVersion: '7' }),
    );
  });

  it.each<[string, (object | undefined)[], RegExp | undefined, asked: number]>([
    ['is', [undefined, {}, RUNNING], undefined, 0],
    ['is gone again', [undefined, {}, undefined], /deleted during/, 0],
    ['is another', [{ uid: 'u2' }], /deleted during/, 0],
    ['is no longer known', [{}, 'away' as any], undefined, 1],
  ])(
    'follows a pod from memory where there is one: it %s',
    async (_, states, problem, asked) => {
      const made = { metadata: { uid: 'u1', resourceVersion: '7' } };
      const on = cluster({ create: [{ status: 201, body: made }] });
      const get = jest.spyOn(on.kubernetes, 'get');
      const watch = jest.spyOn(on.kubernetes, 'watch');
      async function* follow(): AsyncGenerator<any[]> {
        for (const state of states) {
          if (state === ('away' as any)) {
            throw new Error('Pod: away');
          }
          const { uid = 'u1', ...status } = (state ?? {}) as any;
          const metadata = { name: pod.metadata.name, uid };
          yield state ? [{ metadata, spec: {}, status }] : [];
        }
      }
      const view = { follow } as unknown as ClusterView;
      const result = await run(on, { view });
      expect(result.problem?.summary ?? '').toMatch(problem ?? /^$/);
      expect(get).toHaveBeenCalledTimes(asked);
      expect(watch).not.toHaveBeenCalled();
    },
  );

  it('removes the pod when it is given up', async () => {
    const on = cluster({ states: [waiting('ContainerCreating')] });
    const controller = new AbortController();
    const result = run(on, { signal: controller.signal });
    await sleep(50);
    controller.abort(new Error('given up'));
    await expect(result).rejects.toThrow('given up');
    expect(on.deleted).toHaveBeenCalled();
  });

  it('takes no line without the nonce', async () => {
    const forged = ['other {"id":7,"code":"OK"}', `${NONCE} no json`, ...GOOD];
    expect([
      ...(await run(cluster({ logs: [forged] }))).answers.keys(),
    ]).toEqual(['a task']);
  });
});

describe('podManifest', () => {
  it('fits its quota, PodSecurity restricted, and routes to nobody', () => {
    const spec = pod.spec as any;
    expect(spec.priorityClassName).toBe('threewalls-proof');
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.serviceAccountName).toBe('n8n-acme');
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'threewalls',
      'threewalls.io/tenant': 'acme',
      'threewalls.io/proof': 'proof',
      'sidecar.istio.io/inject': 'false',
      'linkerd.io/inject': 'disabled',
    });
  });

  it('is small: every event of it goes to whoever watches pods', () => {
    const { plan } = side.tenant;
    const [tasks] = assignTasks([side]).values();
    const { config } = side.cluster;
    const own = { role: 'proof', plan, cluster: config, nonce: NONCE, tasks };
    const size = JSON.stringify(podManifest(own as PodOptions)).length;
    expect(tasks.length).toBeGreaterThan(25);
    expect(size).toBeLessThan(8_000);
  });

  it('waits for policies to bite, but not for those of a tenant that is open', () => {
    const waits = (...sides: Side[]) =>
      [...assignTasks(sides).values()].flat().filter(({ settle }) => settle);
    const [mine, other] = [side, { ...side, isOpen: true }];
    expect(waits(mine).length).toBeGreaterThan(5);
    expect(waits(other)).toEqual([]);
    // What is tried for both is waited for as for the one that is not.
    expect(waits(mine, other)).toEqual(waits(mine));
    expect(waits(other, mine)).toHaveLength(waits(mine).length);
  });

  it('removes its pod when the API server is back that was away at its end', async () => {
    const on = cluster({});
    on.deleted.mockRejectedValueOnce(new Error('connection refused'));
    expect((await run(on)).problem).toBeUndefined();
    expect(on.deleted).toHaveBeenCalledTimes(1);
    await sleep(1_500);
    expect(on.deleted).toHaveBeenCalledTimes(2);
    await sleep(1_200);
    expect(on.deleted).toHaveBeenCalledTimes(2);
  });

  it('removes a pod that is made only after the run was given up', async () => {
    const on = cluster({});
    const done: string[] = [];
    on.kubernetes.create.mockImplementation((async (
      _: object,
      { signal }: { signal?: AbortSignal },
    ) => {
      const made = sleep(200).then(() => done.push('made'));
      const givenUp = new Promise((__, fail) =>
        signal?.addEventListener('abort', () => fail(signal.reason)),
      );
      await Promise.race([made, givenUp]);
      return { status: 201, body: { metadata: { uid: 'u1' } } };
    }) as any);
    on.deleted.mockImplementation(async () => {
      done.push('removed');
    });
    const signal = AbortSignal.timeout(50);
    await run(on, { signal }).catch(() => {});
    await sleep(300);
    expect(done).toEqual(['made', 'removed']);
  });
});
