{{- define "threewalls.kvPrefix" -}}
{{- default .Values.naming.namespacePrefix .Values.naming.kvPrefix -}}
{{- end }}

{{- /* What the portal may do whoever writes tenants' policies. */ -}}
{{- define "threewalls.vault.common" -}}
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
{{- if contains "/" .Values.vault.authMount }}

# The same of the tenants' own method: a + is one segment, and its path has more.
path "auth/{{ .Values.vault.authMount }}/role" {
  capabilities = ["list"]
}

path "auth/{{ .Values.vault.authMount }}/role/+" {
  capabilities = ["read"]
}

path "auth/{{ .Values.vault.authMount }}/config" {
  capabilities = ["read"]
}
{{- end }}

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
path "{{ .Values.vault.kvMount }}/data/{{ include "threewalls.kvPrefix" . }}*" {
  capabilities = ["create"]
}

# To see whether an entry is there and whose it is, to mark it as a namespace's,
# and to remove it with its tenant. No other of its settings: some delete versions.
path "{{ .Values.vault.kvMount }}/metadata/{{ include "threewalls.kvPrefix" . }}*" {
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
{{- end }}

{{- define "threewalls.vault.portal.perTenant" -}}
# What the portal may do in Vault. It writes tenants' policies and roles, and
# seeds their entries; it can read no value.
#
# Vault can't limit what a policy says: a login that may write tenant-* policies could
# write one that reads everything. The portal is therefore trusted, and
# docs/threat-model.md says so.

path "sys/policies/acl/tenant-*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "auth/{{ .Values.vault.authMount }}/role/tenant-*" {
  capabilities = ["create", "read", "update", "delete"]
}

{{ include "threewalls.vault.common" . }}
{{ end }}

{{- define "threewalls.vault.portal.templated" -}}
# What the portal may do in Vault where vault.policies is templated: in place of
# threewalls-portal.hcl. It writes no policy, and a role of a tenant's may name the
# one policy {{ .Values.vault.templatedPolicy }} and no other; so it can give no right that an
# administrator has not written.

# To see that it is as it has to be.
path "sys/policies/acl/{{ .Values.vault.templatedPolicy }}" {
  capabilities = ["read"]
}

# What is left of tenants' own policies, from before.
path "sys/policies/acl/tenant-*" {
  capabilities = ["read", "delete"]
}

path "auth/{{ .Values.vault.authMount }}/role/tenant-*" {
  capabilities = ["read", "delete"]
}

# Parameters that are not in the list are refused; so are values that are not.
path "auth/{{ .Values.vault.authMount }}/role/tenant-*" {
  capabilities = ["create", "update"]
  allowed_parameters = {
    "token_policies" = [["{{ .Values.vault.templatedPolicy }}"]]
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

{{ include "threewalls.vault.common" . }}
{{ end }}

{{- define "threewalls.vault.tenant" -}}
{{- $prefix := .Values.naming.namespacePrefix }}
{{- $kvPrefix := include "threewalls.kvPrefix" . }}
{{- if not (hasSuffix $prefix $kvPrefix) }}
{{- fail (printf "naming.kvPrefix is %s: with vault.policies templated an entry is known by its namespace, so it has to end in %s" $kvPrefix $prefix) }}
{{- end }}
{{- $namespace := printf "{{identity.entity.aliases.%s.metadata.service_account_namespace}}" .Values.vault.authAccessor }}
{{- $entry := printf "%s%s" (trimSuffix $prefix $kvPrefix) $namespace -}}
# The one policy of all tenants of Threewalls: each reads the entry of its namespace

path "{{ .Values.vault.kvMount }}/data/{{ $entry }}" {
  capabilities = ["read"]
}

path "{{ .Values.vault.kvMount }}/metadata/{{ $entry }}" {
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
{{ end }}
