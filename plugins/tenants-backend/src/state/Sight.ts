import {
  ClusterView,
  KindRef,
  VaultReader,
} from '@threewalls/backstage-plugin-tenants-node';

/** Where a comparison looks. */
interface Views {
  view: ClusterView;
  vault: VaultReader;
}

type Question =
  | ['list', KindRef, string | undefined]
  | ['kinds' | 'read' | 'names', string | undefined, undefined]
  | ['made', string, Parameters<VaultReader['made']>[1]];

/**
 * What a comparison has seen. Memory hands out the very same list until something
 * changes, and so does Vault's view of what it says as before: where all that was
 * asked is still the same, so is what comes of it.
 */
export class Sight {
  /** Questions and their answers in turn, flat: there is one of these for each tenant */
  #noted: unknown[] = [];

  /**
   * These views, and what they answer is noted. Where others are asked too, of what
   * memory says, the same answer of memory is the same only if it was theirs.
   */
  of(views: Views): Views {
    const { follow } = views.view;
    const known = new Set<string>();
    const note = async <T>(...question: Question): Promise<T> => {
      const answer = await ask(views, question);
      const [method, what, how] = question;
      const key =
        method === 'list'
          ? `${what.apiVersion} ${what.kind} ${how}`
          : `${method} ${what}`;
      if (!known.has(key)) {
        known.add(key);
        this.#noted.push(...question, contentOf(answer));
      }
      return answer as T;
    };
    return {
      view: {
        list: (kind, namespace) => note('list', kind, namespace),
        kinds: group => note('kinds', group, undefined),
        follow: follow?.bind(views.view),
      },
      vault: {
        read: path => note('read', path, undefined),
        list: path => note('names', path, undefined),
        made: (what, make) => note('made', what, make),
      },
    };
  }

  /** Whether something was asked, and all of it would be answered by the same. */
  async isSame(views: Views): Promise<boolean> {
    const noted = this.#noted;
    for (let i = 0; i < noted.length; i += 4) {
      const question = noted.slice(i, i + 3) as Question;
      if (contentOf(await ask(views, question)) !== noted[i + 3]) {
        return false;
      }
    }
    return noted.length > 0;
  }
}

async function ask(
  { view, vault }: Views,
  [method, what, how]: Question,
): Promise<object> {
  switch (method) {
    case 'list':
      return view.list(what, how);
    case 'kinds':
      return view.kinds(what);
    case 'read':
      return vault.read(what!);
    case 'names':
      return vault.list(what!);
    default:
      return vault.made(what, how);
  }
}

/** Of an answer all but when it was given; what can't be read is never the same. */
function contentOf(answer: object): unknown {
  if ('items' in answer) {
    return answer.items;
  }
  return 'data' in answer ? answer.data : answer;
}
