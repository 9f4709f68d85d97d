import { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  catalog?: {
    providers?: {
      /** Tenants of the clusters under `tenants.clusters` as entities */
      tenants?: {
        /** When all of them are read; changes are seen at once anyway. Default every minute */
        schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
      };
    };
  };
}
