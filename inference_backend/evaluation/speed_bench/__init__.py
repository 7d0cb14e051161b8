"""Speed of whole takes, on this machine: `mirage bench speed`.

footage.py (what is filmed, as an add-on would send it), in_process.py (takes without a server), over_http.py (the same
through a backend of its own), report.py, cli.py.
"""
