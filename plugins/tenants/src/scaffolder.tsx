/**
 * What goes around the scaffolder's own pages, for an app that wants it: apart, since
 * an older Backstage has no way for it.
 *
 * @packageDocumentation
 */
import { ReactNode } from 'react';
import {
  createFrontendModule,
  PluginWrapperBlueprint,
  useAppLocation,
} from '@backstage/frontend-plugin-api';
import styles from './scaffolder.module.css';

/** The page of the form that offboards a tenant, wherever the scaffolder is mounted. */
const OFFBOARD = /\/default\/offboard-tenant\/?$/;

/** Around the scaffolder's pages: a box of its own would change their layout. */
function Wizard(props: { children: ReactNode }) {
  const { pathname } = useAppLocation();
  return (
    <div
      className={`${styles.page} ${
        OFFBOARD.test(pathname) ? styles.danger : ''
      }`}
    >
      {props.children}
    </div>
  );
}

/**
 * Makes the button red that starts an offboarding. The scaffolder takes a button's
 * text from a template and not its colour, so this goes around its pages; an app
 * that wants it adds it to its features.
 *
 * @public
 */
export const tenantsScaffolderModule = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [
    PluginWrapperBlueprint.make({
      name: 'tenants',
      params: define => define({ loader: async () => ({ component: Wizard }) }),
    }),
  ],
});
