import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';

/** A value that may be read, and never printed. */
export const SECRET = 'the-value-nobody-may-print';
/** A token that may be used, and never printed. */
export const TOKEN = 'hvs.token-nobody-may-print';

/** A Vault that knows two roles, one path and one policy. */
function answer(request: IncomingMessage, body: any): [number, object] {
  const path = request.url!.replace('/v1/', '');
  if (path === 'auth/kubernetes/login') {
    return body.role === 'tenant-acme' && body.jwt === 'vault-jwt'
      ? [
          200,
          {
            auth: { client_token: TOKEN, policies: ['tenant-acme', 'default'] },
          },
        ]
      : [403, { errors: ['service account name not authorized'] }];
  }
  if (request.headers['x-vault-token'] !== TOKEN) {
    return [403, { errors: ['no token'] }];
  }
  if (path === 'auth/token/revoke-self') {
    return [204, {}];
  }
  if (path === 'sys/capabilities-self') {
    return [
      200,
      {
        data: Object.fromEntries(body.paths.map((p: string) => [p, ['deny']])),
      },
    ];
  }
  return path === 'secret/data/own'
    ? [200, { data: { data: { password: SECRET } } }]
    : [403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }];
}

/** The server, which notes what it is asked. */
export function vaultServer(asked: string[]): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    request.on('data', chunk => (text += chunk));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      const [status, body] = answer(request, text ? JSON.parse(text) : {});
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
}
