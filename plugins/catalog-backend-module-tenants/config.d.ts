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
  tenants?: {
    catalog?: {
      /**
       * Namespaces that Threewalls did not make, as entities without walls. Left
       * out, there are none
       */
      unmanaged?: {
        /**
         * Label selector of Kubernetes, such as `app.kubernetes.io/name=n8n`
         * @visibility backend
         */
        labelSelector: string;
        /**
         * Entity ref of who owns those without the annotation
         * `threewalls.io/owner`. Default unknown
         * @visibility backend
         */
        owner?: string;
      };
    };
  };
}
