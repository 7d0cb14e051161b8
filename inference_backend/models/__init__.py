"""Engines: what turns memory and greybox into frames. `protocol` says what one is, `registry` which there are."""
