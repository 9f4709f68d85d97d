import { TenantsClient } from './client';

function clientOf(answer: () => Response) {
  const fetch = jest.fn(async () => answer());
  const client = new TenantsClient({
    discoveryApi: { getBaseUrl: async () => 'http://portal/api/tenants' },
    fetchApi: { fetch },
  });
  return { client, fetch };
}

describe('TenantsClient', () => {
  it('asks for the matrix of a cluster', async () => {
    const matrix = {
      tenants: ['acme'],
      totalItems: 1,
      cells: [],
      coverage: { pairs: 0, proved: 0 },
    };
    const { client, fetch } = clientOf(() => Response.json(matrix));

    await expect(
      client.getMatrix({ cluster: 'lab', limit: 50 }, { token: 'abc' }),
    ).resolves.toEqual(matrix);
    expect(fetch).toHaveBeenCalledWith(
      'http://portal/api/tenants/matrix?cluster=lab&limit=50',
      expect.objectContaining({ headers: { Authorization: 'Bearer abc' } }),
    );
  });

  it('asks for the drift of a tenant', async () => {
    const { client, fetch } = clientOf(() => Response.json({ items: [] }));

    await expect(client.getDrift('acme')).resolves.toEqual({ items: [] });
    expect(fetch).toHaveBeenCalledWith(
      'http://portal/api/tenants/tenants/acme/drift',
      expect.objectContaining({ method: 'GET' }),
    );
  });

  it('hands a report on as it is', async () => {
    const { client, fetch } = clientOf(() => new Response('# acme'));

    await expect(
      client.getReport('acme', { format: 'markdown' }),
    ).resolves.toBe('# acme');
    expect(fetch).toHaveBeenCalledWith(
      'http://portal/api/tenants/tenants/acme/report?format=markdown',
      expect.anything(),
    );
  });

  it('rejects with the answer of a status that is not 2xx', async () => {
    const { client } = clientOf(() =>
      Response.json(
        {
          error: {
            name: 'NotFoundError',
            message: 'There is no tenant nobody',
          },
          response: { statusCode: 404 },
        },
        { status: 404 },
      ),
    );

    await expect(client.getDrift('nobody')).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 404,
    });
  });
});
