import { TenantSize } from './platform';

/**
 * Sizes where config says no other. `small` has the numbers of the document
 * that the project starts from; the others double and quadruple them.
 *
 * n8n 2.x does not boot in 512Mi and peaks at 751Mi when it is given 1Gi, so
 * that is the least limit of any size.
 */
export const DEFAULT_SIZES: Record<string, TenantSize> = {
  small: {
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
  },
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
      default: { cpu: '500m', memory: '512Mi' },
      defaultRequest: { cpu: '50m', memory: '128Mi' },
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
      default: { cpu: '500m', memory: '512Mi' },
      defaultRequest: { cpu: '50m', memory: '128Mi' },
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
