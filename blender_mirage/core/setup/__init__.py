"""What setting the backend up is made of: which Python, which PyTorch, its environment, pip and pip's words.

Nothing here touches Blender's own Python: it is at most what an environment is made from.
"""
