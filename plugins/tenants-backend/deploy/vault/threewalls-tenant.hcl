# The one policy of all tenants of Threewalls: each reads the entry of its namespace

path "secret/data/{{identity.entity.aliases.ACCESSOR.metadata.service_account_namespace}}" {
  capabilities = ["read"]
}

path "secret/metadata/{{identity.entity.aliases.ACCESSOR.metadata.service_account_namespace}}" {
  capabilities = ["read"]
}

path "auth/token/lookup-self" {
  capabilities = ["read"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}

path "sys/capabilities-self" {
  capabilities = ["update"]
}
