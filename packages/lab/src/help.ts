/** What `npm run lab -- --help` prints. */
export const HELP = `The lab: a real cluster on this machine, in namespaces of its own.

  npm run lab -- up                        build what is missing, bring it all up
      [--control-plane-only]               no node: what machines get that can't host one
      [--keep-build-cache]                 keep the compiler's cache and modules, 12 GB
  npm run lab -- down                      end it; its data stay
  npm run lab -- reset                     end it and remove its data
      [--all]                              and all that was built or installed, also in
                                           the checkout: as on a machine that is new
  npm run lab -- status [--json]           what runs, since when, in how much memory
  npm run lab -- build                     build only
  npm run lab -- kubectl ARGS              kubectl with full rights
  npm run lab -- vault ARGS                vault with the root token
  npm run lab -- logs PART [ARGS]          a daemon's log (etcd, kubelet, cilium-agent, …),
                                           or that of coredns, vault, external-secrets
  npm run lab -- restart PART              end a part and have it started anew
  npm run lab -- stop PART                 end it and hold it down, until 'start' or 'up'
  npm run lab -- start PART                start it again, and wait until it works
  npm run lab -- open TENANT               the tenant's n8n on a port of this machine
  npm run lab -- shell [COMMAND]           a shell inside of the node
`;
