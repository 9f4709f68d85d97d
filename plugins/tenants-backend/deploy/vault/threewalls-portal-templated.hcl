# What the portal may do in Vault where vault.policies is templated: in place of
# threewalls-portal.hcl. It writes no policy, and a role of a tenant's may name the
# one policy threewalls-tenant and no other; so it can give no right that an
# administrator has not written.

# To see that it is as it has to be.
path "sys/policies/acl/threewalls-tenant" {
  capabilities = ["read"]
}

# What is left of tenants' own policies, from before.
path "sys/policies/acl/tenant-*" {
  capabilities = ["read", "delete"]
}

path "auth/kubernetes/role/tenant-*" {
  capabilities = ["read", "delete"]
}

# Parameters that are not in the list are refused; so are values that are not.
path "auth/kubernetes/role/tenant-*" {
  capabilities = ["create", "update"]
  allowed_parameters = {
    "token_policies" = [["threewalls-tenant"]]
    "audience" = ["vault"]
    "alias_name_source" = ["serviceaccount_uid"]
    "token_no_default_policy" = [true]
    "token_type" = ["default"]
    "bound_service_account_names" = []
    "bound_service_account_namespaces" = []
    "bound_service_account_namespace_selector" = [""]
    "token_ttl" = []
    "token_max_ttl" = []
  }
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
