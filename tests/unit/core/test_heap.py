"""What a long-lived server does with memory, in processes of their own, since it is for the whole process."""

import subprocess
import sys

_ARRAYS = """
import resource, sys
import numpy as np
from core.heap import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def faults():
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        together = [np.ones(2**18) for _ in range(40)]
        del together
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begun
faults()
print(faults())
"""


def page_faults(how: str) -> int:
    run = subprocess.run([sys.executable, "-c", _ARRAYS, how], check=True, capture_output=True, text=True)
    return int(run.stdout)


def test_large_arrays_get_the_memory_of_earlier_ones():
    assert page_faults("kept") * 10 < page_faults("as it comes")
