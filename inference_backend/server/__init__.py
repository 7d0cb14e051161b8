"""HTTP only: parse, check, call, encode. One route group a file; imports no torch.

`security` is the gate in front of everything, `problems` the one mapper from errors to the wire, `submission` the
checks of a request before it becomes a job, `context` what the routes need of the rest of the backend.
"""
