"""The one place that compiles; the engine's runs, graphs and whoever else computes go through it.

program      programs, their cache in memory and on disk, and the record of both
cores        each core of the processor as a device
environment  what the environment may set
uncompiled   looking at values while a run goes step by step, without compiling
"""
