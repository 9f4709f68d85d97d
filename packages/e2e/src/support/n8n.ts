import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds from a workflow's activation until its webhook answers. */
const ACTIVATION_MS = 10_000;

/** Header in which a workflow sends its credential to itself. */
const HEADER = 'x-planted';

const node = (name: string, type: string, typeVersion: number) => ({
  id: name,
  name,
  type: `n8n-nodes-base.${type}`,
  typeVersion,
  position: [0, 0],
});

const hook = (name: string, path: string) => ({
  ...node(name, 'webhook', 2),
  webhookId: path,
  parameters: { path, responseMode: 'lastNode', options: {} },
});

/** What a webhook answers. n8n activates in its own time, after it has answered. */
export async function webhook(url: string, path: string): Promise<any> {
  const deadline = Date.now() + ACTIVATION_MS;
  for (;;) {
    const response = await fetch(`${url}/webhook/${path}`);
    const answer = await response.json();
    if (response.status !== 404 || Date.now() > deadline) {
      return answer;
    }
    await sleep(200);
  }
}

/** The value that the workflow of {@link N8n.echo} has sent to itself. */
export async function echoed(url: string, path: string): Promise<string> {
  const answer = await webhook(url, path);
  return answer.headers?.[HEADER] ?? JSON.stringify(answer);
}

/** n8n's REST API as its own editor uses it. */
export class N8n {
  readonly #url: string;
  readonly #cookie: string;

  /** Signs in as the owner. */
  static async signIn(
    url: string,
    email: string,
    password: string,
  ): Promise<N8n> {
    const response = await fetch(`${url}/rest/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ emailOrLdapLoginId: email, password }),
    });
    if (!response.ok) {
      throw new Error(`n8n refused the sign-in with ${response.status}`);
    }
    const cookie = response.headers.getSetCookie().map(c => c.split(';')[0]);
    return new N8n(url, cookie.join('; '));
  }

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  /**
   * Makes a workflow of a webhook and an HTTP Request node, and runs it.
   *
   * @returns what the HTTP Request node put out: the answer, or its own error
   */
  async request(target: string, timeoutMs: number): Promise<any> {
    const path = await this.#activate({
      url: target,
      options: {
        timeout: timeoutMs,
        response: { response: { fullResponse: true } },
      },
    });
    return webhook(this.#url, path);
  }

  /**
   * Stores a credential, and makes a workflow that sends it to itself.
   *
   * @returns the path of a webhook that answers with what the credential was decrypted to
   */
  async echo(value: string): Promise<string> {
    const type = 'httpHeaderAuth';
    const { data: credential } = await this.#call('POST', '/rest/credentials', {
      name: 'echo',
      type,
      data: { name: HEADER, value },
    });
    const { id, name } = credential;
    return this.#activate(
      {
        url: `http://127.0.0.1:5678/webhook/echo-${id}`,
        authentication: 'genericCredentialType',
        genericAuthType: type,
      },
      { [type]: { id, name } },
      `echo-${id}`,
    );
  }

  /** Makes a workflow whose webhook answers with what its request came to; hands back the path. */
  async #activate(
    parameters: object,
    credentials: object = {},
    echo?: string,
  ): Promise<string> {
    const path = `get-${Math.random().toString(36).slice(2)}`;
    const { data: workflow } = await this.#call('POST', '/rest/workflows', {
      name: path,
      active: false,
      settings: {},
      connections: {
        Webhook: { main: [[{ node: 'Request', type: 'main', index: 0 }]] },
        ...(echo && {
          Echo: { main: [[{ node: 'Heard', type: 'main', index: 0 }]] },
        }),
      },
      nodes: [
        hook('Webhook', path),
        {
          ...node('Request', 'httpRequest', 4.2),
          parameters,
          credentials,
          // Its own error is what the test wants to read.
          onError: 'continueRegularOutput',
        },
        ...(echo ? [hook('Echo', echo), node('Heard', 'noOp', 1)] : []),
      ],
    });
    await this.#call('POST', `/rest/workflows/${workflow.id}/activate`, {
      versionId: workflow.versionId,
    });
    return path;
  }

  async #call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        cookie: this.#cookie,
        'content-type': 'application/json',
        'browser-id': 'test',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`n8n: ${method} ${path}: ${response.status} ${text}`);
    }
    return JSON.parse(text);
  }
}
