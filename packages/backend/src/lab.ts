import { readFile } from 'node:fs/promises';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import Router from 'express-promise-router';

/**
 * Says how far the local cluster is, for the portal's home page: it comes up
 * beside the portal and leaves its progress in a file.
 */
export default createBackendPlugin({
  pluginId: 'lab',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
      },
      async init({ config, httpAuth, httpRouter }) {
        const file = config.getOptionalString('lab.progressFile');
        const router = Router();
        router.get('/status', async (req, res) => {
          await httpAuth.credentials(req, { allow: ['user'] });
          res.json(await labStatus(file));
        });
        httpRouter.use(router);
      },
    });
  },
});

/**
 * What the progress file says, in whatever form the lab wrote it. Never an
 * error for a file that is not there: the portal may be up before the lab is.
 */
export async function labStatus(file: string | undefined): Promise<object> {
  if (!file) {
    return { configured: false };
  }
  try {
    return { ...JSON.parse(await readFile(file, 'utf8')), configured: true };
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') {
      return { configured: true, ready: false, parts: [] };
    }
    throw e;
  }
}
