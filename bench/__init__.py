"""`python -m bench`: this server beside others, on one machine, with clients that never wait."""
