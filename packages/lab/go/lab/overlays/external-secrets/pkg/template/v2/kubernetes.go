package template

import "errors"

// getSecretKey let a template read the Secrets of any namespace
// (CVE-2026-22822); External Secrets 1.2.0 removed it.
func getSecretKey(_, _, _ string) (string, error) {
	return "", errors.New("getSecretKey is not there: see CVE-2026-22822")
}
