"""The commands without a window: what they are told, how a file is opened for them, and what each does."""
