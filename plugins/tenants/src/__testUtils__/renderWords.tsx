import { renderHook, waitFor } from '@testing-library/react';
import { errorApiRef, translationApiRef } from '@backstage/frontend-plugin-api';
import { TestApiProvider } from '@backstage/frontend-test-utils';
import { MockTranslationApi } from '@backstage/test-utils/alpha';

/** What a hook returns that needs the texts of an app, and nothing else of it. */
export async function renderWords<T>(
  useWords: () => T,
  translations = MockTranslationApi.create(),
): Promise<T> {
  const { result } = renderHook(useWords, {
    wrapper: ({ children }) => (
      <TestApiProvider
        apis={[
          [translationApiRef, translations],
          [errorApiRef, { post: () => {}, error$: () => ({} as any) }],
        ]}
      >
        {children}
      </TestApiProvider>
    ),
  });
  await waitFor(() => expect(result.current).toBeDefined());
  return result.current;
}
