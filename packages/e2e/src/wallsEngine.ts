// eslint-disable-next-line @backstage/no-relative-monorepo-imports
export * from '../../../plugins/tenants-node/src/walls';
