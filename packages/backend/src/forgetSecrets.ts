import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';

/**
 * Has SQLite overwrite what is deleted. So that a task can be recovered, the
 * scaffolder keeps the secrets of its form until its end, and SQLite would leave
 * them in the file's free space after that.
 */
export default createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'forget-secrets',
  register(reg) {
    reg.registerInit({
      deps: { database: coreServices.database },
      async init({ database }) {
        const client = await database.getClient();
        if (client.client.config.client === 'better-sqlite3') {
          await client.raw('PRAGMA secure_delete = ON');
        }
      },
    });
  },
});
