"""pip's lines in plain words. The lines are those of real runs (pip 23.2 and 26.3) and of users' reports."""

from __future__ import annotations

import pytest

from blender_mirage.core.setup.pip_words import PipReader, explain, is_network

RUN = """
Processing /ext/jö/blender_mirage-0.1.0-py3-none-any.whl
Collecting torch<2.14,>=2.6 (from blender-mirage==0.1.0)
  Downloading torch-2.13.0-cp313-cp313-manylinux_2_28_x86_64.whl.metadata (29 kB)
Downloading https://files.pythonhosted.org/packages/ab/torch-2.13.0-cp313-cp313-win_amd64.whl (790.1 MB)
Progress 0 of 790100000
Progress 184300000 of 790100000
Progress 790100000 of 790100000
  Using cached nvidia_cudnn_cu13-9.20.0.48-py3-none-manylinux_2_27_x86_64.whl (366.2 MB)
Collecting h11
  Downloading h11-0.16.0-py3-none-any.whl (37 kB)
Progress 37515 of 37515
Installing collected packages: mpmath, typing_extensions, torch
Successfully installed mpmath-1.3.0
"""


def test_a_run_is_told_as_the_user_should_read_it():
    reader = PipReader()
    steps = [step for line in RUN.strip().splitlines() if (step := reader.read(line)) is not None]
    assert [(step.text, step.done, step.total) for step in steps] == [
        ("Looking for torch", 0, 0),
        ("Downloading torch, 790.1 MB", 0, 0),
        ("Downloading torch, 0 of 790 MB", 0, 790100000),
        ("Downloading torch, 184 of 790 MB", 184300000, 790100000),
        ("Downloading torch, 790 of 790 MB", 790100000, 790100000),
        ("nvidia-cudnn-cu13 was downloaded before", 0, 0),
        ("Looking for h11", 0, 0),
        ("Downloading h11, 37 kB", 0, 0),
        ("Installing packages, 0 of 3", 0, 3),
    ]
    assert reader.packages == 3


@pytest.mark.parametrize(
    "line", ["", "Progress", "Progress x of y", "Progress 5 of 0", "WARNING: what", "Progress 1 of 2"]
)
def test_what_says_nothing_says_nothing(line):
    assert PipReader().read(line) is None


@pytest.mark.parametrize(
    ("said", "message", "step"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
            "Free",
        ),
        ("OSError: [WinError 112] There is not enough space on the disk: 'C:\\\\x'", "disk is full", "Data Folder"),
        (
            "ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'C:\\\\x'",
            "may not",
            "No adm",
        ),
        (
            "PermissionError: [Errno 13] Permission denied: '/data/python'",
            "may not be written",
            "Data Folder of your own",
        ),
        (
            "[WinError 32] The process cannot access the file because it is being used by another process",
            "holds",
            "scanner",
        ),
        ("OSError: [WinError 206] The filename or extension is too long", "longer than Windows", "short path"),
        (
            "HINT: This error might have occurred since this system does not have Windows Long Path support",
            "longer",
            "C:\\",
        ),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))", "proxy", "global.proxy"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))", "certificate", "global.cert"),
        (
            "NewConnectionError('<x>: Failed to establish a new connection: [Errno -2] Name or service')",
            "reached",
            "online",
        ),
        ("WARNING: Retrying (Retry(total=0)) ... ConnectTimeoutError", "cannot be reached", "firewall"),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool", "broke off", "again"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "damaged", "cache purge"),
        (
            "ERROR: No matching distribution found for embreex>=4.4 (from blender-mirage)",
            "no embreex",
            "another Python",
        ),
        ("ERROR: Something that nobody has seen yet", "Something that nobody has seen yet", "Open Log"),
    ],
)
def test_a_failure_has_its_cause_and_a_next_step(said, message, step):
    found, hint = explain(["Collecting torch", said, "notice: something else"], 1)
    assert message in found and step in hint
    assert found.endswith((".", "yet")) and hint.endswith((".", "!"))


def test_out_of_memory_and_silence():
    assert explain(["Collecting torch"], -9)[0] == explain([], 137)[0] == "The system ended pip."
    assert "exit code 7" in explain([], 7)[0]


def test_what_lies_at_the_network_is_known():
    assert is_network(["getaddrinfo failed"]) and is_network(["IncompleteRead"]) and is_network(["ProxyError"])
    assert not is_network(["No space left on device"]) and not is_network(["No matching distribution found for pip"])
