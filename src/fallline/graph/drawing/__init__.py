"""A graph as a picture.

folded      the graph as a few blocks: a layer, a loss, an optimizer is one
picture     blocks and arrows, as SVG or PNG
"""
