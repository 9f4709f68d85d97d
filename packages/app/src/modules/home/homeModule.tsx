import { createFrontendModule } from '@backstage/frontend-plugin-api';
import {
  HomePageLayoutBlueprint,
  HomePageWidgetBlueprint,
} from '@backstage/plugin-home-react/alpha';

const layout = HomePageLayoutBlueprint.make({
  params: { loader: () => import('./HomeLayout').then(m => m.HomeLayout) },
});

const labWidget = HomePageWidgetBlueprint.make({
  name: 'lab',
  params: {
    name: 'Lab',
    description: 'How far the local cluster is',
    components: () =>
      import('./LabWidget').then(m => ({ Content: m.LabWidget })),
    // The widget is a card already: without this it would sit in a second one.
    componentProps: {
      Renderer: ({ Content }: { Content: () => JSX.Element }) => <Content />,
    },
  },
});

export const homeModule = createFrontendModule({
  pluginId: 'home',
  extensions: [layout, labWidget],
});
