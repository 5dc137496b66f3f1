// Package configtest provides an environment for tests.
package configtest

// required has the variables of the required settings that you add, each with a value for the tests.
var required = map[string]string{}

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
