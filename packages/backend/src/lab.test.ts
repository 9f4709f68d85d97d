import request from 'supertest';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import lab from './lab';

describe('lab', () => {
  const directory = createMockDirectory();

  async function status(progressFile?: string, auth = 'user') {
    const { server } = await startTestBackend({
      features: [
        lab,
        mockServices.rootConfig.factory({
          data: progressFile ? { lab: { progressFile } } : {},
        }),
      ],
    });
    return request(server)
      .get('/api/lab/status')
      .set(
        'Authorization',
        auth === 'user'
          ? mockCredentials.user.header()
          : mockCredentials.none.header(),
      );
  }

  it('says that there is none', async () => {
    const { body } = await status();
    expect(body).toEqual({ configured: false });
  });

  it('waits for a lab that has not reported yet', async () => {
    const { body } = await status(directory.resolve('nothing.json'));
    expect(body).toEqual({ configured: true, ready: false, parts: [] });
  });

  it('hands on what the lab reports', async () => {
    const report = {
      updatedAt: '2026-11-24T08:00:00Z',
      ready: false,
      parts: [{ id: 'etcd', title: 'etcd', state: 'running' }],
    };
    directory.setContent({ 'progress.json': JSON.stringify(report) });

    const { body } = await status(directory.resolve('progress.json'));

    expect(body).toEqual({ ...report, configured: true });
  });

  it('tells nothing to someone who has not signed in', async () => {
    expect((await status(undefined, 'none')).status).toBe(401);
  });
});
