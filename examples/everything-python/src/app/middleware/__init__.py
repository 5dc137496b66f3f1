"""What happens around every request: one pure ASGI class a concern.

Pure ASGI, because Starlette's BaseHTTPMiddleware costs a task and a queue a request
and hides cancellation and disconnects from the route.
"""
