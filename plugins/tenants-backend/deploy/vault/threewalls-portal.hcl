# What the portal may do in Vault. It writes tenants' policies and roles, and
# seeds their entries; it can read no value.
#
# Vault can't limit what a policy says: a login that may write tenant-* policies could
# write one that reads everything. The portal is therefore trusted, and
# docs/threat-model.md says so.

path "sys/policies/acl/tenant-*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "auth/kubernetes/role/tenant-*" {
  capabilities = ["create", "read", "update", "delete"]
}

# Every role of the auth method, to see that none but a tenant's own takes its
# ServiceAccounts; and whether another method of Kubernetes would.
path "auth/+/role" {
  capabilities = ["list"]
}

path "auth/+/role/+" {
  capabilities = ["read"]
}

path "auth/+/config" {
  capabilities = ["read"]
}

# Every policy, to see that none but a tenant's own reaches its entry.
path "sys/policies/acl" {
  capabilities = ["list"]
}

path "sys/policies/acl/*" {
  capabilities = ["read"]
}

# The accessor of the Kubernetes auth mount, to find a tenant's identity entity.
path "sys/auth" {
  capabilities = ["read"]
}

# Create, and neither read nor overwrite.
path "secret/data/web-tenant-*" {
  capabilities = ["create"]
}

# To see whether an entry is there and whose it is, to mark it as a namespace's,
# and to remove it with its tenant. No other of its settings: some delete versions.
path "secret/metadata/web-tenant-*" {
  capabilities = ["read", "update", "delete"]
  allowed_parameters = {
    "custom_metadata" = []
  }
}

# There is no revoking by role: a removed tenant's entity is disabled, which
# ends its tokens, and then deleted.
path "identity/lookup/entity" {
  capabilities = ["create", "update"]
}

# Of an entity nothing else may be set: with its policies the portal could give
# anybody, itself included, any right there is.
path "identity/entity/id/*" {
  capabilities = ["read", "update", "delete"]
  allowed_parameters = {
    "disabled" = [true]
  }
}
