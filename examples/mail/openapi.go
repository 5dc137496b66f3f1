package main

import _ "embed"

// openapi is the document of the routes, which the admin port serves.
//
//go:embed openapi.json
var openapi []byte
