"""Flat pictures of every kind for the autoencoder: what an artist may give as a look is seldom a render of ours."""
