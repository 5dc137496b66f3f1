// Package configtest provides an environment for tests.
package configtest

import "runtime"

// required has the variables of the required settings that you add, each with a value for the tests.
var required = map[string]string{}

func init() {
	required["DATABASE_PASSWORD"] = "test"
	required["TAX_TOKEN"] = "test"
	_, source, _, _ := runtime.Caller(0) // a file that is always there
	required["SIGNING_KEY_FILE"] = source
}

// Lookup finds these variables, and the required ones.
func Lookup(variables map[string]string) func(string) (string, bool) {
	return func(variable string) (string, bool) {
		if value, ok := variables[variable]; ok {
			return value, true
		}
		value, ok := required[variable]
		return value, ok
	}
}
