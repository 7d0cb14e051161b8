"""What leaves the house: animatics and contact sheets, from frames that are already on disk.

labels.py (text on pictures) <- animatic.py, contact_sheet.py; greybox_picture.py shades the greybox for comparison.
"""
