// Package configtest gives the tests an environment.
package configtest

// required has the variables of your own required settings, each with a value for the tests.
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
