"""a-service-whose-name-is-as-long-as-a-dns-label-can-be-63-letter: the service's code, one idea a module."""

SERVICE = "a-service-whose-name-is-as-long-as-a-dns-label-can-be-63-letter"
