// External Secrets with the providers that the lab uses (register.go). The lab
// copies the module beside this file, as src, and puts register.go in it.
module threewalls.io/lab/external-secrets

go 1.26.0

require (
	github.com/aws/aws-sdk-go-v2/service/ecrpublic v1.47.11
	github.com/external-secrets/external-secrets v0.20.4
)

replace (
	github.com/Masterminds/sprig/v3 => github.com/external-secrets/sprig/v3 v3.3.0
	github.com/external-secrets/external-secrets => ./src
	github.com/hashicorp/vault/api/auth/ldap => github.com/hashicorp/vault/api/auth/ldap v0.10.0
)
