"""a-service-whose-name-is-as-long-as-a-dns-label-can-be-63-letter: the code of the service, one concern per module."""

SERVICE = "a-service-whose-name-is-as-long-as-a-dns-label-can-be-63-letter"
