import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { z } from 'zod';
import { count, quantity, refuseAt, section } from './fields';
import { overlay } from './overlay';

/**
 * Sizes where config says no other. `small` has the numbers of the document
 * that the project starts from; the others double and quadruple them.
 *
 * n8n 2.x does not boot in 512Mi and peaks at 751Mi when it is given 1Gi, so
 * that is the least limit of any size.
 */
const SMALL: TenantSize = {
  title: 'Small',
  quota: {
    requestsCpu: '1',
    requestsMemory: '1Gi',
    limitsCpu: '2',
    limitsMemory: '2Gi',
    pods: 10,
  },
  objects: { storage: '5Gi', volumeClaims: 4 },
  container: {
    default: { cpu: '500m', memory: '512Mi' },
    defaultRequest: { cpu: '50m', memory: '128Mi' },
    max: { cpu: '2', memory: '1Gi' },
    ephemeralStorage: { default: '1Gi', max: '2Gi' },
  },
  n8n: {
    requests: { cpu: '100m', memory: '512Mi' },
    limits: { cpu: '1', memory: '1Gi' },
    storage: '1Gi',
  },
};
const DEFAULT_SIZES: Record<string, TenantSize> = {
  small: SMALL,
  medium: {
    title: 'Medium',
    quota: {
      requestsCpu: '2',
      requestsMemory: '2Gi',
      limitsCpu: '4',
      limitsMemory: '4Gi',
      pods: 20,
    },
    objects: { storage: '10Gi', volumeClaims: 8 },
    container: {
      ...SMALL.container,
      max: { cpu: '2', memory: '2Gi' },
      ephemeralStorage: { default: '1Gi', max: '4Gi' },
    },
    n8n: {
      requests: { cpu: '200m', memory: '768Mi' },
      limits: { cpu: '2', memory: '2Gi' },
      storage: '2Gi',
    },
  },
  large: {
    title: 'Large',
    quota: {
      requestsCpu: '4',
      requestsMemory: '4Gi',
      limitsCpu: '8',
      limitsMemory: '8Gi',
      pods: 40,
    },
    objects: { storage: '20Gi', volumeClaims: 16 },
    container: {
      ...SMALL.container,
      max: { cpu: '4', memory: '4Gi' },
      ephemeralStorage: { default: '1Gi', max: '8Gi' },
    },
    n8n: {
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { cpu: '4', memory: '4Gi' },
      storage: '4Gi',
    },
  },
};

const cpuAndMemory = section({
  cpu: quantity.optional(),
  memory: quantity.optional(),
});

/** A size as it is written: what it leaves out is as in the default of its name, or in small. */
const givenSize = section({
  title: z.string().optional().describe('Name for people'),
  quota: section({
    requestsCpu: quantity.optional(),
    requestsMemory: quantity.optional(),
    limitsCpu: quantity.optional(),
    limitsMemory: quantity.optional(),
    pods: count.optional(),
  })
    .optional()
    .describe('Totals of a namespace'),
  objects: section({
    storage: quantity.optional(),
    volumeClaims: count.optional(),
  })
    .optional()
    .describe('Totals of volumes'),
  container: section({
    default: cpuAndMemory.optional(),
    defaultRequest: cpuAndMemory.optional(),
    max: cpuAndMemory.optional(),
    ephemeralStorage: section({
      default: quantity.optional(),
      max: quantity.optional(),
    }).optional(),
  })
    .optional()
    .describe('Bounds and defaults of one container'),
  n8n: section({
    requests: cpuAndMemory.optional(),
    limits: cpuAndMemory.optional(),
    storage: quantity.optional(),
  })
    .optional()
    .describe('Resources of n8n itself'),
});

/** With nothing left out. */
type Whole<T> = { [Key in keyof T]-?: Whole<NonNullable<T[Key]>> };

/**
 * What a tenant of one size may use.
 *
 * @public
 */
export interface TenantSize extends Whole<z.output<typeof givenSize>> {}

/** As a tenant's spec takes it. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** `sizes`, over the defaults. */
export const sizes = z
  .record(z.string(), givenSize)
  .transform((given, context) => {
    const all: Record<string, TenantSize> = { ...DEFAULT_SIZES };
    for (const [name, over] of Object.entries(given)) {
      if (!NAME.test(name)) {
        context.addIssue(
          ` has no size "${name}": a name has lower-case letters, digits and dashes`,
        );
      }
      all[name] = overlay(all[name] ?? SMALL, over as TenantSize);
      for (const message of contradictions(all[name])) {
        refuseAt(context, [name], message);
      }
    }
    return all;
  });

/** A size that contradicts itself would only show at a tenant's first pod. */
function contradictions(size: TenantSize): string[] {
  const { quota, objects, container, n8n } = size;
  const { ephemeralStorage } = container;
  const pairs = (['cpu', 'memory'] as const).flatMap(resource => {
    const isCpu = resource === 'cpu';
    const total = (kind: 'requests' | 'limits') => {
      const key = `${kind}${isCpu ? 'Cpu' : 'Memory'}` as const;
      return [`quota.${key}`, quota[key]] as const;
    };
    const own = (kind: 'requests' | 'limits') =>
      [`n8n.${kind}.${resource}`, n8n[kind][resource]] as const;
    const one = (kind: 'default' | 'max') =>
      [`container.${kind}.${resource}`, container[kind][resource]] as const;
    return [
      [total('requests'), total('limits')],
      [own('requests'), own('limits')],
      [own('limits'), one('max')],
      [own('limits'), total('limits')],
      [own('requests'), total('requests')],
      [one('default'), one('max')],
    ] as const;
  });
  const stored = [
    [
      ['n8n.storage', n8n.storage],
      ['objects.storage', objects.storage],
    ],
    [
      ['container.ephemeralStorage.default', ephemeralStorage.default],
      ['container.ephemeralStorage.max', ephemeralStorage.max],
    ],
  ] as const;
  return [...pairs, ...stored]
    .filter(([low, high]) => parseQuantity(low[1])! > parseQuantity(high[1])!)
    .map(
      ([low, high]) => `${low[0]} (${low[1]}) is over ${high[0]} (${high[1]})`,
    );
}
