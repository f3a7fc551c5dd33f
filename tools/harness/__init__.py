"""What campaigns, benchmarks and tests with real processes share: servers, the protocols' bytes, clients, counted
claims.

Whoever runs one of them puts tools on PYTHONPATH, as every launcher there does.
"""
