"""The middleware of every request: one pure ASGI class per concern.

BaseHTTPMiddleware of Starlette needs a task and a queue per request. It also hides cancellation and
disconnects from the route.
"""
