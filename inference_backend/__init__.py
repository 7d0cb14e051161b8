"""The inference backend of Blender Mirage: a process of its own that holds persistent latent worlds.

Ladder (each imports only what stands left of it): errors, config, storage <- greybox, diffusion <- memory, models
<- generation <- jobs <- services <- cli. `server` sees only the wire, the job queue, the worlds and the errors.
"""

__version__ = "0.1.0"
