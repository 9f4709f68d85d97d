// Vault's Kubernetes auth method as a plugin: the minimal build leaves it out.
module threewalls.io/lab/vault-kubernetes-auth

go 1.26.0

require github.com/hashicorp/vault-plugin-auth-kubernetes v0.23.1
