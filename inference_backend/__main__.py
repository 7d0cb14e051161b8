"""`python -m inference_backend`: the same as `mirage`."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
