"""What a program uses and Fallline lacks, told before it runs: `fallline run --check`.

Each name is looked up in the very modules that the program would get, each argument in the signature of what is called,
each method in the class: there is no list to keep in step.

findings   what is found, and how it is said
rooms      a dotted name -> what stands for it
objects    an attribute of an object of a class, and what a call gives
arguments  the arguments that something takes
around     modules and files that the program asks for and that are not there
checked    all of it, for a program
"""

from fallline.old.checking.checked import check as check
from fallline.old.checking.findings import Finding as Finding, Findings as Findings
