import os
import subprocess
import sys

from core.vectors import prefer_fast_sorts, read_cpuinfo

FLAGS = "fpu avx2 avx512f avx512dq avx512_vbmi2"


def cpuinfo(vendor="AuthenticAMD", family=25, flags=FLAGS):
    return f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nflags\t\t: {flags}\n\nprocessor\t: 1\n"


def chosen(text, **before):
    environment = dict(before)
    prefer_fast_sorts(environment, text)
    return environment.get("NPY_DISABLE_CPU_FEATURES")


def test_zen_4_sorts_without_avx_512():
    assert chosen(cpuinfo()) == "X86_V4 AVX512_ICL"


def test_other_processors_sort_as_numpy_chooses():
    assert chosen(cpuinfo(vendor="GenuineIntel")) is None
    assert chosen(cpuinfo(family=26)) is None
    assert chosen(cpuinfo(flags="fpu avx2")) is None
    assert chosen("") is None


def test_what_an_operator_chose_stands():
    assert chosen(cpuinfo(), NPY_DISABLE_CPU_FEATURES="AVX512_SPR") == "AVX512_SPR"


def test_the_choice_is_made_before_numpy_is_imported():
    """Whichever of our packages comes first, numpy finds the choice and has nothing to say against it."""
    environment = {key: value for key, value in os.environ.items() if key != "NPY_DISABLE_CPU_FEATURES"}
    expected = chosen(read_cpuinfo())
    for package in ("analytics.correlate.segments", "wayline.cli.main"):
        code = (
            "import sys, os\n"
            "class Seen:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name == 'numpy': print(os.environ.get('NPY_DISABLE_CPU_FEATURES'))\n"
            "sys.meta_path.insert(0, Seen())\n"
            f"import {package}, numpy\n"
        )
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert (run.returncode, run.stdout.strip()) == (0, str(expected)), run.stderr
