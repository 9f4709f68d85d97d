/**
 * Asks once for everybody who asks at the same time. No answer is older than its
 * question: one who comes while an answer is on its way gets the next.
 */
export function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  function start(): Promise<T> {
    next = undefined;
    const answer = ask();
    running = answer;
    const done = () => {
      if (running === answer) {
        running = undefined;
      }
    };
    answer.then(done, done);
    return answer;
  }
  return () => {
    if (!running) {
      return start();
    }
    next ??= running.then(start, start);
    return next;
  };
}
