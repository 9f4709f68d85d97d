/** What `npm run lab -- --help` prints. */
export const HELP = `The lab: a real cluster on this machine, in its own namespaces.

  npm run lab -- up                        build what is missing and start everything
      [--control-plane-only]               start without a node, for machines that can't host one
      [--keep-build-cache]                 keep the compiler's cache and modules (12 GB)
  npm run lab -- down                      stop it and keep its data
  npm run lab -- reset                     stop it and remove its data
      [--all]                              and everything built or installed, also in the
                                           checkout, as on a new machine
  npm run lab -- status [--json]           what is running, since when, and its memory
  npm run lab -- build                     build only
  npm run lab -- kubectl ARGS              kubectl with full rights
  npm run lab -- vault ARGS                vault with the root token
  npm run lab -- logs PART [ARGS]          the log of a daemon (etcd, kubelet, cilium-agent, …)
                                           or of coredns, vault or external-secrets
  npm run lab -- restart PART              restart a part
  npm run lab -- stop PART                 stop a part until 'start' or 'up'
  npm run lab -- start PART                start a part and wait until it is ready
  npm run lab -- open TENANT               forward the tenant's n8n to a local port
  npm run lab -- shell [COMMAND]           open a shell in the node
`;
